package capture_test

import (
	"fmt"

	"github.com/wxup/wxup/app/capture"
)

func ExampleRead() {
	text := `$ curl -F 'media=@a.jpg' 'https://api.weixin.qq.com/cgi-bin/media/uploadimg?access_token=ACCESS_TOKEN'
{"errcode":40001,"errmsg":"invalid credential, access_token is invalid or not latest"}
`
	saved, err := capture.Read([]byte(text), func(name string) ([]byte, error) { return []byte("\xff\xd8\xff…"), nil })
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range saved {
		fmt.Println(s.Endpoint.Title, "at", s.Request.Host)
		for _, p := range s.Request.Parts {
			fmt.Printf("%s: %s, %s, %d bytes\n", p.Name, p.Filename, p.ContentType, p.Size)
		}
		fmt.Printf("%s\n", s.Answer)
	}
	// Output:
	// images inside articles at api.weixin.qq.com
	// media: a.jpg, image/jpeg, 6 bytes
	// {"errcode":40001,"errmsg":"invalid credential, access_token is invalid or not latest"}
}
