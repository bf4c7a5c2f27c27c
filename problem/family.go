package problem

// Of returns the table of an endpoint's family: payv3, payv2 or account.
func Of[Family ~string](family Family) *Table {
	switch family {
	case "payv3":
		return V3
	case "payv2":
		return V2
	}
	return Account
}
