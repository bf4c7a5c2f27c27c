package secret

// fold makes small letters of capitals, and a plus sign of a space, which it stands for in a query.
func fold(b byte) byte {
	if b == ' ' {
		return '+'
	}
	return lower(b)
}

func lower(b byte) byte {
	if b >= 'A' && b <= 'Z' {
		return b | 0x20
	}
	return b
}

func isBase64(b byte) bool {
	return isAlnum(b) || b == '+' || b == '/' || b == '-' || b == '_' || b == '='
}

func isAlnum(b byte) bool {
	return lower(b) >= 'a' && lower(b) <= 'z' || b >= '0' && b <= '9'
}
