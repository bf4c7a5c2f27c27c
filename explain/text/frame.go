package text

// RightFrame writes the text to sign (待签名串) as it should be: each line ends with LF.
func RightFrame(dst []byte, l *Lines) []byte {
	for _, line := range l {
		dst = append(append(dst, line...), '\n')
	}
	return dst
}

// joined puts sep between the lines and end after the last.
func joined(sep, end string) Frame {
	return func(dst []byte, l *Lines) []byte {
		for i, line := range l {
			if i > 0 {
				dst = append(dst, sep...)
			}
			dst = append(dst, line...)
		}
		return append(dst, end...)
	}
}

// lined writes some of the lines in this order, each followed by LF.
func lined(order ...int) Frame {
	return func(dst []byte, l *Lines) []byte {
		for _, i := range order {
			dst = append(append(dst, l[i]...), '\n')
		}
		return dst
	}
}

// reordered writes the lines in another order.
func reordered(order [5]int, f Frame) Frame {
	return func(dst []byte, l *Lines) []byte {
		return f(dst, &Lines{l[order[0]], l[order[1]], l[order[2]], l[order[3]], l[order[4]]})
	}
}

// around puts text before and after each line, and at the start and the end.
func around(start, before, after, end string) Frame {
	return func(dst []byte, l *Lines) []byte {
		dst = append(dst, start...)
		for _, line := range l {
			dst = append(dst, before...)
			dst = append(dst, line...)
			dst = append(append(dst, after...), '\n')
		}
		return append(dst, end...)
	}
}

// then converts the right text.
func then(f func(text []byte) []byte) Frame {
	return func(dst []byte, l *Lines) []byte { return f(RightFrame(dst, l)) }
}

// inserted puts one more line before line i; 5 is after the last.
func inserted(i int, text string) Frame {
	return func(dst []byte, l *Lines) []byte {
		for j := range 6 {
			if j == i {
				dst = append(append(dst, text...), '\n')
			}
			if j < 5 {
				dst = append(append(dst, l[j]...), '\n')
			}
		}
		return dst
	}
}
