package media

import "io"

// Walk reads a picture from r and checks its structure: a header with a valid size, every segment
// within the file, and the end where it belongs. It never decodes.
//
// It reads r up to the end of the picture and up to 32 KB more, or to the first fault. The caller
// drains the rest if it needs to, for instance with io.Copy(io.Discard, r) where r also feeds a
// digest. Bytes after the picture are not a fault.
//
// An error is a [*StructureError], or, if r itself failed, that error, wrapped. Info holds what was
// found until then.
func Walk(r io.Reader) (Info, error) {
	in := borrow(r)
	defer giveBack(in)
	return walk(in)
}

// WalkBytes is [Walk] over a file in memory, which is not copied.
func WalkBytes(file []byte) (Info, error) { return walk(&whole{file}) }

func walk(in window) (Info, error) {
	w := walker{input: input{in: in}}
	err := w.walk()
	return w.Info, err
}

func (w *walker) walk() error {
	w.is(Sniff(w.peek(16))) // enough for the three formats walked
	switch w.Format {
	case JPEG:
		return w.walkJPEG()
	case PNG:
		return w.walkPNG()
	case BMP:
		return w.walkBMP()
	}
	head, err := w.in.Peek(SniffLen)
	w.note(err)
	w.is(Sniff(head))
	switch {
	case len(head) == 0:
		return w.fail(NotPicture, "empty")
	case w.Format == Unknown:
		return w.fail(NotPicture, "no known signature")
	}
	return w.fail(NotPicture, "only jpeg, png and bmp are")
}

// is notes the format.
func (w *walker) is(f Format) { w.Format, w.input.format = f, f }
