package checkup

import (
	"errors"
	"os"

	"github.com/wxup/wxup/app/credentials"
	"github.com/wxup/wxup/app/internal/phrase"
	"github.com/wxup/wxup/app/internal/shellword"
)

// unread reports a credential that cannot be read or parsed. do is the advice if the file itself is
// in order.
func (r report) unread(check string, err error, do phrase.Text) {
	var e *credentials.FileError
	if !errors.As(err, &e) {
		r.fail(check, said(err), do)
		return
	}
	switch e.Problem {
	case credentials.Missing:
		r.fail(check, texts.Text("%s is not there", e.File), texts.Text("set %s to where it is", e.Variable))
	case credentials.Unreadable:
		r.fail(check, texts.Text("%s cannot be read by this user", e.File), texts.Text("run this as the owner of the file, or change its owner"))
	case credentials.TooOpen:
		mode := os.FileMode(0)
		if info, err := os.Stat(e.File); err == nil {
			mode = info.Mode().Perm()
		}
		r.fail(check, texts.Text("%s can be reached by its group or by others (mode %04o)", e.File, uint32(mode)), phrase.Both("chmod 600 "+shellword.Quote(e.File)))
	default:
		r.fail(check, said(err), phrase.Text{})
	}
}
