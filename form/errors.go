package form

import (
	"fmt"
	"strconv"
)

// A Cause is a reason why a form cannot be read or written. It is an error: errors.Is(err,
// form.ErrTruncated). Its string is a stable ID for logs and translations; Error returns the
// English text.
type Cause string

// Faults of the request, found before the body is read.
const (
	ErrNotMultipart Cause = "not-multipart" // the Content-Type is not multipart/form-data
	ErrBoundary     Cause = "bad-boundary"  // longer than 70 characters, or with characters that cannot be in it
)

// Faults of the body.
const (
	ErrEmpty         Cause = "empty-body"      // no bytes
	ErrNoDelimiter   Cause = "no-delimiter"    // no --boundary at the start
	ErrOtherBoundary Cause = "other-boundary"  // Content-Type and body name different boundaries
	ErrDashes        Cause = "no-dashes"       // the two dashes before the boundary were forgotten
	ErrDelimiter     Cause = "bad-delimiter"   // a delimiter that is not on a line of its own
	ErrLineEnds      Cause = "bare-lf"         // lines that end with LF alone
	ErrTruncated     Cause = "truncated"       // the body ends before the closing delimiter
	ErrRead          Cause = "read-failed"     // the body could not be read; the reader's error is wrapped too
	ErrTooManyParts  Cause = "too-many-parts"  // more than Limits.Parts
	ErrHeaderTooLong Cause = "header-too-long" // the headers of a part are longer than Limits.Header
	ErrTextTooLong   Cause = "text-too-long"   // Part.Text: longer than the caller's max
)

// Faults of the headers of one part.
const (
	ErrNoBlankLine   Cause = "no-blank-line"     // content or delimiter where a header should be
	ErrFullWidth     Cause = "full-width"        // full-width (Chinese) punctuation
	ErrControl       Cause = "control-character" // NUL, TAB, DEL and the like
	ErrNoDisposition Cause = "no-disposition"    // Content-Disposition is absent, or has no type
	ErrParameter     Cause = "bad-parameter"     // not name=value
	ErrQuotes        Cause = "bad-quotes"        // a quote inside a quoted value, or none at its end
	ErrDuplicate     Cause = "duplicate"         // the same parameter twice
	ErrFilenameStar  Cause = "bad-filename-star" // a filename* that cannot be decoded
)

// ErrUnsafe reports a name or a type, passed to New, that would break the form.
const ErrUnsafe Cause = "unsafe"

// causeTexts holds for each cause what is wrong and what to do.
var causeTexts = map[Cause]string{
	ErrNotMultipart: "the request is not multipart/form-data; send Content-Type: multipart/form-data; boundary=…",
	ErrBoundary:     "the boundary cannot be used; make it 1 to 70 letters and digits, and do not quote it",

	ErrEmpty:         "the body is empty; send the form in it (a stream that was read before, to hash it, must be rewound)",
	ErrNoDelimiter:   "the body does not begin with --boundary; begin it with two dashes and the boundary of the Content-Type",
	ErrOtherBoundary: "the body is written with another boundary than the Content-Type names; use one and the same",
	ErrDashes:        "a delimiter lacks its two leading dashes; write -- and then the whole boundary, dashes of its own included",
	ErrDelimiter:     "a delimiter must stand on a line of its own, between two CR LF",
	ErrLineEnds:      "lines end with LF alone, which WeChat's servers cannot read; end each line, the empty ones too, with CR LF",
	ErrTruncated:     "the form is cut short; send all of it, and after the last part CR LF, --boundary and two more dashes",
	ErrRead:          "the body could not be read to its end",
	ErrTooManyParts:  "the form has too many parts; send the file and the documented fields only",
	ErrHeaderTooLong: "the headers of a part are too long; send Content-Disposition and Content-Type only",
	ErrTextTooLong:   "a text field is too long",

	ErrNoBlankLine:   "this is not a header line; write each as name: value on one line, and one empty line before the content",
	ErrFullWidth:     "full-width punctuation in a header; write : ; = and \" in ASCII",
	ErrControl:       "a control character in a header; remove it (from the file name, most likely)",
	ErrNoDisposition: "the part does not say which field it is; give it Content-Disposition: form-data; name=\"…\"",
	ErrParameter:     "a header parameter is not name=\"value\"",
	ErrQuotes:        "the quotes of a header parameter do not match, or no semicolon follows them; write a quote inside a value as %22",
	ErrDuplicate:     "a header parameter is given twice; send it once",
	ErrFilenameStar:  "filename* cannot be decoded; send a plain filename=\"…\" in UTF-8",

	ErrUnsafe: "this cannot be written into a part's header; choose another (SafeName makes a file name that can)",
}

// Causes returns every Cause, in no particular order.
func Causes() []Cause {
	list := make([]Cause, 0, len(causeTexts))
	for c := range causeTexts {
		list = append(list, c)
	}
	return list
}

// Error returns in English what is wrong and what to do.
func (c Cause) Error() string {
	if text, ok := causeTexts[c]; ok {
		return text
	}
	return string(c)
}

// An Error is a Cause with its place and evidence. Its text is safe for a log and a terminal: what
// it cites of the body is quoted and cut to 64 bytes.
//
//	form: part 2: a header parameter is given twice; send it once: filename, "b.exe"
type Error struct {
	Cause  Cause
	Part   int    // the part, counted from 1; 0 before the first, and in New
	Detail string // what was found, and where
	Err    error  // for ErrRead and ErrTruncated: the body's error, unless it was io.EOF
}

func (e *Error) Error() string {
	text := "form: "
	if e.Part > 0 {
		text += "part " + strconv.Itoa(e.Part) + ": "
	}
	text += e.Cause.Error()
	if e.Detail != "" {
		text += ": " + e.Detail
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap makes errors.Is find the Cause, and errors.As what the body's reader answered (an
// *http.MaxBytesError).
func (e *Error) Unwrap() []error {
	if e.Err != nil {
		return []error{e.Cause, e.Err}
	}
	return []error{e.Cause}
}

func errorf(cause Cause, format string, args ...any) *Error {
	return &Error{Cause: cause, Detail: fmt.Sprintf(format, args...)}
}

// A WarningID names a deviation that the Reader tolerates. The string is stable, for logs, tests
// and translations.
type WarningID string

// What the Reader tolerates, and what is known of the real service: "pay" is APIv3 and APIv2,
// "account" the Official Account API.
const (
	// The Content-Type has no boundary; it was taken from the first --… line of the body. A
	// well-used Python SDK has always sent it so. Whether the real service copes is not known.
	WarnNoBoundary WarningID = "no-boundary"
	// boundary="…": the real service reads no part at all, so meta is empty and the signature wrong
	// (401), or the file is missing (41005). The default of .NET.
	WarnQuotedBoundary WarningID = "quoted-boundary"
	// boundary=my boundary: a value with blanks must be in quotes, which the real service does not
	// understand either.
	WarnBoundaryBlanks WarningID = "boundary-blanks"
	// Text before the first delimiter, skipped.
	WarnPreamble WarningID = "preamble"
	// Blanks or tabs after a delimiter, on its line.
	WarnPadding WarningID = "padding"
	// An empty part without the line break before its delimiter.
	WarnNoLineBreak WarningID = "no-line-break"

	// A header over several lines.
	WarnFolded WarningID = "folded-header"
	// A blank between a header's name and its colon.
	WarnBlankBeforeColon WarningID = "blank-before-colon"
	// A header twice in one part. The first counts.
	WarnDuplicateHeader WarningID = "duplicate-header"
	// A Content-Length inside a part. OkHttp 3 and Guzzle send it and pay accepts it; account
	// reportedly refuses it. Not worth logging.
	WarnPartLength WarningID = "part-content-length"
	// A Content-Transfer-Encoding other than 7bit, 8bit and binary. It was not applied: the bytes
	// are as sent, and the digest will not agree with the file's.
	WarnTransferEncoding WarningID = "transfer-encoding"

	// The Content-Disposition is not form-data.
	WarnNotFormData WarningID = "not-form-data"
	// name=meta or filename=a.jpg, without quotes. The default of .NET.
	WarnUnquoted WarningID = "unquoted"
	// fileName= or Name=: the names of parameters were compared without case.
	WarnParameterCase WarningID = "parameter-case"
	// name='meta'. The quotes were taken off; a server that follows the standard keeps them as part
	// of the name.
	WarnSingleQuotes WarningID = "single-quotes"
	// The name is absent or empty, so the part cannot be looked up.
	WarnNoName WarningID = "no-name"
	// The name or file name is not UTF-8 (GBK, most likely).
	WarnNotUTF8 WarningID = "not-utf8"
	// Only filename*= is there. Account does not understand it and answers 41005.
	WarnFilenameStar WarningID = "filename-star"
)

// A Warning is one tolerated deviation in one body.
type Warning struct {
	ID     WarningID
	Part   int    // counted from 1; 0 for the body as a whole
	Detail string // the evidence, quoted and cut like an Error's; may be empty
}

// String gives `part 2: unquoted: name`.
func (w Warning) String() string {
	text := string(w.ID)
	if w.Part > 0 {
		text = "part " + strconv.Itoa(w.Part) + ": " + text
	}
	if w.Detail != "" {
		text += ": " + w.Detail
	}
	return text
}

// quote makes untrusted bytes safe to print: one line, no control characters, at most 64 bytes.
func quote[T string | []byte](raw T) string {
	if len(raw) > 64 {
		return strconv.Quote(string(raw[:64])) + "…"
	}
	return strconv.Quote(string(raw))
}
