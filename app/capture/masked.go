package capture

import (
	"regexp"
	"strings"
)

// masked finds what tools and people write instead of a secret:
//
//	Authorization: ██                  OkHttp's redactHeader
//	Authorization: [REDACTED]
//	access_token=******
var masked = regexp.MustCompile(`(?i)[*•█]{3,}|█+|[\[<(]?\b(?:redacted|masked|filtered)\b[\])>]?`)

// findMasked marks the values that were made unreadable as not known.
func (s *Saved) findMasked() {
	q := &s.Request
	for _, value := range append([]string{q.Target}, q.Header["Authorization"]...) {
		if value == "Basic ***" || value == "Bearer ***" {
			continue // it was masked here
		}
		if m := masked.FindString(value); m != "" {
			q.Unknown = append(q.Unknown, m)
			s.note(noteMasked)
		}
	}
}

// cutWithinHead takes off an Authorization at which a text breaks off.
func (s *Saved) cutWithinHead(h *head) {
	value := h.header.Get("Authorization")
	if !h.open || h.last != "Authorization" || strings.Count(value, `"`)%2 == 0 && strings.HasSuffix(value, `"`) {
		return
	}
	h.header.Del("Authorization")
	s.Request.Unshown = []string{"Authorization", "User-Agent", "Accept"}
	s.note(noteCutHead)
}
