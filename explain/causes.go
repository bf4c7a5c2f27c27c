package explain

import "slices"

// Cause is one reason why an upload is refused, as the table has it. {} in a text stands for [Finding.Value].
type Cause struct {
	ID    string
	Title Words // what is wrong
	Fix   Words // what to change
	SDK   SDK   // the line to change, or to write
}

// SDK holds one line of code for each of the languages whose SDKs are used most: go, java, php, node, python.
type SDK map[string]string

// Languages are the keys of an [SDK].
var Languages = []string{"go", "java", "php", "node", "python"}

// Causes lists all causes that a report can name, family by family.
func Causes() []Cause {
	return slices.Concat(v3HeaderCauses, v3KeyCauses, v3LineCauses, v3FrameCauses, v3BodyCauses, v3MetaCauses,
		v2CertificateCauses, v2SignCauses, accountCauses, formCauses, digestCauses, fileCauses, clockCauses, observedCauses)
}

var causeTable = func() map[string]Cause {
	table := map[string]Cause{}
	for _, c := range Causes() {
		table[c.ID] = c
	}
	return table
}()

// causeOf is the table's row; one without texts for an id of another version's report.
func causeOf(id string) Cause {
	if c, ok := causeTable[id]; ok {
		return c
	}
	return Cause{ID: id, Title: Words{id, id}}
}
