package text

import "strings"

// oddMethods are what libraries call the method.
var oddMethods = []string{
	"HTTPMethod.POST", "HTTPMethod.Post", "HttpMethod.Post", "HttpMethod(POST)", "HTTPMethod(rawValue: \"POST\")", "HTTPMethod(rawValue: POST)", "Method(Post)", "Method(POST)", "Method::POST", "Method::Post",
	"Verb.POST", "HttpPost", "HttpPost.METHOD_NAME", "MULTIPART", "Multipart", "multipart", "POST_MULTIPART", "POST multipart/form-data", "FORM", "FILE", "CURLOPT_POST", ".post", ".POST", "Post()", "HTTP_POST", "METHOD_POST", "POST HTTP/1.1", "HTTP POST",
}

// Methods lists ways to get the method wrong.
func Methods(s *Source) *Dimension {
	right := s.Right[MethodLine]
	d := newDimension(right)
	d.add("POST", "v3.method.other", "POST")
	d.add(strings.ToLower(right), "v3.method.case", strings.ToLower(right))
	d.add("GET", "v3.method.other", "GET")
	d.endTop()
	d.add("PUT", "v3.method.other", "PUT")
	d.endNear()
	if right != "" {
		d.add(right[:1]+strings.ToLower(right[1:]), "v3.method.case", right[:1]+strings.ToLower(right[1:]))
	}
	for _, m := range []string{"PATCH", "DELETE", "HEAD", "OPTIONS", "UPLOAD", "get", "put"} {
		d.add(m, "v3.method.other", m)
	}
	d.add("", "v3.method.empty", "")
	d.endWide()
	d.rare = append([]func(){func() {
		for _, m := range oddMethods {
			d.add(m, "v3.method.other", m)
		}
		for _, m := range []string{":" + right, ":" + strings.ToLower(right), right + " " + s.Right[URLLine] + " HTTP/1.1", right + " " + s.Right[URLLine]} {
			d.add(m, "v3.method.other", Visible(m, 60))
		}
	}}, rareLines(d, s, MethodLine, "v3.method.other", "v3.method.other")...)
	return d
}
