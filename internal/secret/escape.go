package secret

// escaped reports whether a text has an escape that unescape would replace.
func escaped(text []byte) bool {
	for i := range text {
		if n, _ := escape(text[i:]); n > 0 {
			return true
		}
	}
	return false
}

// unescape replaces one layer of percent escapes (%2B) and backslash escapes (\u002b, \x2b, \/).
// Both texts are as long as it takes: at[i] is where byte i comes from in the first layer, given
// the same of its own layer.
func unescape(text []byte, from []int32) (plain []byte, at []int32) {
	origin := func(i int) int32 {
		if from == nil {
			return int32(i)
		}
		return from[i]
	}
	plain, at = make([]byte, 0, len(text)), make([]int32, 0, len(text)+1)
	for i := 0; i < len(text); {
		n, b := escape(text[i:])
		if n == 0 {
			n, b = 1, text[i]
		}
		plain, at = append(plain, b), append(at, origin(i))
		i += n
	}
	return plain, append(at, origin(len(text)))
}

// escape reads an escape of an ASCII character at the start of a text. n is its length, or 0.
func escape(text []byte) (n int, b byte) {
	if len(text) < 2 {
		return 0, 0
	}
	switch {
	case text[0] == '%':
		if v, ok := hexByte(text[1:]); ok {
			return 3, v
		}
	case text[0] == '\\' && text[1] == 'x':
		if v, ok := hexByte(text[2:]); ok {
			return 4, v
		}
	case text[0] == '\\' && text[1] == 'u' && len(text) >= 6 && text[2] == '0' && text[3] == '0':
		if v, ok := hexByte(text[4:]); ok {
			return 6, v
		}
	case text[0] == '\\' && (text[1] == '\\' || text[1] == '/' || text[1] == '"' || text[1] == '\''):
		return 2, text[1]
	case text[0] == '\\' && (text[1] == 'n' || text[1] == 'r'):
		return 2, '\n'
	}
	return 0, 0
}

func hexByte(text []byte) (byte, bool) {
	if len(text) < 2 {
		return 0, false
	}
	hi, lo := digit(text[0]), digit(text[1])
	return hi<<4 | lo, hi < 16 && lo < 16
}

func digit(b byte) byte {
	switch {
	case b >= '0' && b <= '9':
		return b - '0'
	case lower(b) >= 'a' && lower(b) <= 'f':
		return lower(b) - 'a' + 10
	}
	return 16
}
