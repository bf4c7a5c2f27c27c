package form_test

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/wxup/wxup/form"
)

// Write a form and read it back, as client and server do.
func Example() {
	file := strings.NewReader("\xff\xd8\xff\xe0 a picture")
	body, err := form.New(
		form.File{Part: "file", Filename: form.SafeName("/home/me/图片.jpg"), ContentType: "image/jpeg"},
		form.Field{Name: "meta", Value: `{"filename":"图片.jpg"}`, ContentType: "application/json"})
	if err != nil {
		fmt.Println(err)
		return
	}
	request := body.Reader(file) // its length: body.Len(file.Size())

	r, err := form.NewReader(request, body.ContentType(), form.Limits{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for {
		part, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			fmt.Println(err)
			return
		}
		if part.HasFilename {
			n, err := io.Copy(io.Discard, part)
			fmt.Println(part.Name, part.Filename, part.ContentType, n, err)
		} else {
			text, err := part.Text(4 << 10)
			fmt.Println(part.Name, string(text), err)
		}
	}
	// Output:
	// meta {"filename":"图片.jpg"} <nil>
	// file 图片.jpg image/jpeg 14 <nil>
}

// The error names the mistake, and says what to do.
func ExampleError() {
	body := "--B\nContent-Disposition: form-data; name=\"meta\"\n\n{}\n--B--\n"
	r, err := form.NewReader(strings.NewReader(body), "multipart/form-data; boundary=B", form.Limits{})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = r.Next()
	fmt.Println(errors.Is(err, form.ErrLineEnds))
	fmt.Println(err)
	// Output:
	// true
	// form: lines end with LF alone, which WeChat's servers cannot read; end each line, the empty ones too, with CR LF: after "--B"
}

// A .NET client's form can be read, and the warnings say what the real service would not
// understand.
func ExampleReader_Warnings() {
	body := "--B\r\nContent-Disposition: form-data; name=meta\r\n\r\n{}\r\n--B--\r\n"
	r, err := form.NewReader(strings.NewReader(body), `multipart/form-data; boundary="B"`, form.Limits{})
	for err == nil {
		_, err = r.Next()
	}
	fmt.Println(err)
	for _, w := range r.Warnings() {
		fmt.Println(w)
	}
	// Output:
	// EOF
	// quoted-boundary: "B"
	// part 1: unquoted: name
}
