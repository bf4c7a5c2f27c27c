package wxup

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/wxup/wxup/media"
)

// Check reports what is missing or inconsistent in a row. Client and server refuse such a row.
func (ep *Endpoint) Check() error {
	if ep == nil {
		return errors.New("the endpoint is nil")
	}
	if wrong := cmp.Or(ep.checkFamily(), ep.checkPath(), ep.checkForm(), ep.checkFields(), ep.checkAnswer()); wrong != "" {
		return fmt.Errorf("endpoint %s: %s", ep.Name, wrong)
	}
	return nil
}

func (ep *Endpoint) checkFamily() string {
	switch {
	case ep.Name == "":
		return fmt.Sprintf("the endpoint of path %q has no name", ep.Path)
	case ep.Family != PayV3 && ep.Family != PayV2 && ep.Family != FamilyAccount:
		return fmt.Sprintf("unknown family %q", ep.Family)
	case ep.Family != PayV3 && (ep.Brand || ep.SerialNeeded):
		return "Brand and SerialNeeded are for the family " + string(PayV3)
	case ep.Family != FamilyAccount && ep.Corp:
		return "Corp is for the family " + string(FamilyAccount)
	}
	return ""
}

var placeholderName = regexp.MustCompile(`^[A-Za-z_][A-Za-z_0-9]*$`)

func (ep *Endpoint) checkPath() string {
	path, query, _ := strings.Cut(ep.Path, "?")
	_, err := url.ParseQuery(query)
	if !strings.HasPrefix(path, "/") || strings.ContainsAny(ep.Path, "# ") || err != nil {
		return fmt.Sprintf("%q is not a path", ep.Path)
	}
	if !strings.ContainsAny(path, "{}") {
		return ""
	}
	var names []string
	for segment := range strings.SplitSeq(path, "/") {
		name, ok := placeholder(segment)
		switch {
		case !ok && strings.ContainsAny(segment, "{}"):
			return fmt.Sprintf("path %s: a { or } is not a segment's first or last character", path)
		case ok && (!placeholderName.MatchString(name) || slices.Contains(names, name)):
			return fmt.Sprintf("path %s: {%s} is not a name, or occurs twice", path, name)
		case ok:
			names = append(names, name)
		}
	}
	return ""
}

func (ep *Endpoint) checkForm() string {
	switch {
	case ep.FilePart == "" || len(ep.Accepts) == 0:
		return "FilePart and Accepts are required"
	case ep.Family == PayV3 && (ep.MetaPart == "" || ep.MetaPart == ep.FilePart):
		return "MetaPart is required, and is another part than the file's"
	case ep.DigestField != "" && ep.Digest != media.SHA256 && ep.Digest != media.MD5 && ep.Digest != media.SM3:
		return fmt.Sprintf("unknown digest %q", ep.Digest)
	case ep.NameMax < 0 || ep.Expires < 0:
		return "NameMax and Expires cannot be negative"
	}
	for _, a := range ep.Accepts {
		if a.Max <= 0 || a.Format.Class() == "" {
			return fmt.Sprintf("it accepts %d bytes of format %q", a.Max, a.Format)
		}
	}
	return ""
}

func (ep *Endpoint) checkFields() string {
	for i, f := range ep.Fields {
		taken := f.Name == ep.NameField || f.Name == ep.DigestField || ep.Family == PayV2 && slices.Contains(reservedV2, f.Name)
		twice := slices.ContainsFunc(ep.Fields[:i], func(other Field) bool { return other.Name == f.Name })
		if f.Name == "" || twice || f.Part == "" && taken {
			return fmt.Sprintf("the field %q has no name, or one that is taken", f.Name)
		}
	}
	return ""
}

// elementName matches the names of elements of an APIv2 answer.
var elementName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

func (ep *Endpoint) checkAnswer() string {
	switch {
	case ep.AnswerURL == "" && ep.AnswerID == "":
		return "AnswerURL or AnswerID is required"
	case ep.AnswerURL == ep.AnswerID:
		return "AnswerURL and AnswerID are the same"
	}
	for _, member := range [...]string{ep.AnswerURL, ep.AnswerID, ep.AnswerTime} {
		if member == "" {
			continue
		}
		if ep.Family == PayV2 && !elementName.MatchString(member) || strings.Contains("."+member+".", "..") {
			return fmt.Sprintf("%q is not the name of a member of an answer", member)
		}
	}
	return ""
}

// reservedV2 are the fields of a PayV2 form that the client itself makes.
var reservedV2 = []string{"mch_id", "sign_type", "sign"}
