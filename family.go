package wxup

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/wxup/wxup/form"
	"github.com/wxup/wxup/internal/carry"
	"github.com/wxup/wxup/media"
	"github.com/wxup/wxup/wire"
)

// family is what one of WeChat's three APIs does in its own way, for one upload. The order of the
// calls is in (*upload).try; prepare, prove and read are called for each try.
type family interface {
	// fields returns the form's fields beside the file.
	fields(f *facts) ([]form.Field, error)
	// prepare gets what proving needs, with calls of its own: certificates, a token.
	prepare(ctx context.Context, f *facts) error
	// prove adds to the request the proof of who sends it.
	prove(f *facts, r *carry.Request) error
	// read reads the answer. If again is true, the request is to be prepared and sent once more.
	read(ctx context.Context, f *facts, a *carry.Answer) (res *Result, again bool, err error)
}

// facts is what is known of an upload: what is sent, and where to.
type facts struct {
	ep     *Endpoint
	target string       // the escaped path with its query
	extra  []wire.Field // what is sent beside the file, its name and its digest

	name   string // as sent
	format media.Format
	size   int64
	sha256 string // lower-case hex
	digest string // ep.Digest, lower-case hex
	change fmt.Stringer
}

// result is a Result with what is known of the file.
func (f *facts) result() *Result {
	return &Result{Endpoint: f.ep.Name, Name: f.name, Format: f.format, Size: f.size, SHA256: f.sha256, Change: f.change}
}

// accepted is the Result of an upload that was answered with what member finds. A member that is
// missing is an error.
func (f *facts) accepted(requestID string, now time.Time, member func(name string) (string, error)) (*Result, error) {
	res := f.result()
	res.RequestID = requestID
	var err error
	if f.ep.AnswerURL != "" {
		if res.URL, err = member(f.ep.AnswerURL); err != nil {
			return nil, err
		}
	}
	if f.ep.AnswerID != "" {
		if res.MediaID, err = member(f.ep.AnswerID); err != nil {
			return nil, err
		}
	}
	if f.ep.Expires > 0 {
		res.Expires = now.Add(f.ep.Expires)
	}
	return res, nil
}

// extra lists what is sent beside the file's name and digest: the row's fields in their order, then
// what else the caller gives, sorted. Fields of a part of their own come as the part's JSON object.
func extra(ep *Endpoint, given map[string]string) ([]wire.Field, error) {
	var list []wire.Field
	parts := map[string][]wire.Field{}
	for _, f := range ep.Fields {
		value, ok := given[f.Name]
		if !ok {
			value = f.Value
		}
		switch {
		case value == "" && f.Required:
			return nil, refuse(BadMeta, "%s needs a value for %s (Source.Meta)", ep.Name, f.Name)
		case value == "":
		case f.Part != "":
			if parts[f.Part] == nil {
				list = append(list, wire.Field{Name: f.Part})
			}
			parts[f.Part] = append(parts[f.Part], wire.Field{Name: f.Name, Value: value})
		default:
			list = append(list, wire.Field{Name: f.Name, Value: value})
		}
	}
	for i := range list {
		if members := parts[list[i].Name]; members != nil {
			list[i].Value = wire.MarshalMeta(members)
		}
	}
	var rest []wire.Field
	for name, value := range given {
		switch {
		case name == ep.NameField, name == ep.DigestField, ep.Family == PayV2 && slices.Contains(reservedV2, name):
			return nil, refuse(BadMeta, "%s is not for Source.Meta, the client makes it", name)
		case !slices.ContainsFunc(ep.Fields, func(f Field) bool { return f.Name == name }):
			rest = append(rest, wire.Field{Name: name, Value: value})
		}
	}
	slices.SortFunc(rest, func(a, b wire.Field) int { return strings.Compare(a.Name, b.Name) })
	return append(list, rest...), nil
}

// formFields makes fields of the form.
func formFields(list []wire.Field) []form.Field {
	fields := make([]form.Field, len(list))
	for i, f := range list {
		fields[i] = form.Field{Name: f.Name, Value: f.Value}
	}
	return fields
}
