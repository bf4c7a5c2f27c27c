package pick

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
)

// maxName is the longest name in a list, in bytes.
const maxName = 64 << 10

// names reads a list of files, one per line or, with null, with NUL after each. It removes a byte
// order mark and the line ends of Windows.
func names(ctx context.Context, r io.Reader, null bool, each func(name string) error) error {
	lines := bufio.NewScanner(untilDone(ctx, r))
	lines.Buffer(make([]byte, 4096), maxName)
	if null {
		lines.Split(splitNull)
	}
	n := 0
	for lines.Scan() {
		n++
		name := lines.Text()
		if !null {
			name = strings.TrimSuffix(name, "\r")
		}
		if n == 1 {
			name = strings.TrimPrefix(name, "\ufeff")
			if strings.ContainsRune(name, 0) || strings.HasPrefix(name, "\xff\xd8") || strings.HasPrefix(name, "\x89PNG") {
				return texts.Errorf(notAList)
			}
		}
		if name == "" {
			continue
		}
		if err := each(name); err != nil {
			return err
		}
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return texts.Errorf("line %d of the list is longer than %d bytes; is it a list of names? (if it is the file itself: wxup put - --name photo.jpg)", n+1, maxName)
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return texts.Errorf("read the list of files: %w", err)
	}
	return nil
}

func splitNull(data []byte, atEOF bool) (int, []byte, error) {
	if i := bytes.IndexByte(data, 0); i >= 0 {
		return i + 1, data[:i], nil
	}
	if atEOF && len(data) > 0 {
		return len(data), data, nil
	}
	return 0, nil, nil
}

// untilDone returns a reader that ends with the context, even while r waits for a terminal or a
// pipe.
func untilDone(ctx context.Context, r io.Reader) io.Reader {
	pr, pw := io.Pipe()
	go func() {
		_, err := io.Copy(pw, r)
		pw.CloseWithError(err)
	}()
	context.AfterFunc(ctx, func() { pw.CloseWithError(ctx.Err()) })
	return pr
}
