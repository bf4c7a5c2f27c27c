package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"mime/multipart"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/problem"
	"github.com/wxup/wxup/sign"
	"github.com/wxup/wxup/wire"
)

// twins send requests with one nonce to two nodes at the same moment.
type twins struct {
	load *load
	key  *rsa.PrivateKey

	// What has come of it.
	same, both           int // the same request twice; both were accepted, with the same answer
	different, oneOfEach int // two requests with one nonce; one was accepted, the other refused
}

func newTwins(l *load) (*twins, error) {
	text, err := os.ReadFile(l.vars["WXUP_MCH_KEY_FILE"])
	if err != nil {
		return nil, err
	}
	key, err := sign.ParsePrivateKey(text)
	return &twins{load: l, key: key}, err
}

func (t *twins) run(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for i := 0; !t.load.enough.Load(); i++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := t.once(ctx, i%2 == 0); err != nil {
				t.load.seen.violation("twins: %v", err)
			}
		}
	}
}

// once sends one request to two nodes, or two requests that have but the nonce in common.
func (t *twins) once(ctx context.Context, same bool) error {
	nodes := t.load.fleet.nodes
	first := mathrand.IntN(nodeCount)
	pair := []*node{nodes[first], nodes[(first+1+mathrand.IntN(nodeCount-1))%nodeCount]}
	nonce := rand.Text()
	files := [][]byte{picture(), picture()}
	requests := make([]crafted, 2)
	for i := range requests {
		var err error
		if requests[i], err = t.craft(files[i], nonce); err != nil {
			return err
		}
	}
	rt := t.load.seen.through(lone.Transport, problem.Replayed)
	if same {
		requests[1], files[1] = requests[0], files[0]
		rt = t.load.seen.through(lone.Transport)
	}
	var answers [2][]byte
	var status [2]int
	var sending sync.WaitGroup
	for i, n := range pair {
		sending.Go(func() {
			req := requests[i].request(ctx, n)
			resp, err := rt.RoundTrip(req) // who is not reachable is starting; the observer judges the rest
			if err != nil {
				return
			}
			status[i] = resp.StatusCode
			answers[i], _ = io.ReadAll(resp.Body)
		})
	}
	sending.Wait()
	ok := [2]bool{status[0] == http.StatusOK, status[1] == http.StatusOK}
	for i := range pair {
		if !ok[i] {
			continue
		}
		value, err := wire.UnmarshalV3(wxup.MarketingImage.Answer(), answers[i])
		if err != nil {
			return err
		}
		t.load.acknowledged("twins, marketing", newAck("marketing", value, files[i]))
		if same {
			break // one upload
		}
	}
	switch {
	case same && status[0] != 0 && status[1] != 0:
		t.same++
		if ok[0] && ok[1] {
			t.both++
			if !bytes.Equal(answers[0], answers[1]) {
				return fmt.Errorf("one request to %s and %s got two answers: %s and %s", pair[0], pair[1], answers[0], answers[1])
			}
		}
	case !same && status[0] != 0 && status[1] != 0:
		t.different++
		if ok[0] && ok[1] {
			return fmt.Errorf("nonce %s was spent twice, at %s and at %s", nonce, pair[0], pair[1])
		}
		if ok[0] != ok[1] {
			t.oneOfEach++
		}
	}
	return nil
}

// crafted is a v3 upload as bytes, made without wxup's client.
type crafted struct {
	body          []byte
	contentType   string
	authorization string
}

func (t *twins) craft(file []byte, nonce string) (crafted, error) {
	sum := sha256.Sum256(file)
	meta, err := json.Marshal(map[string]string{"filename": "twin.jpg", "sha256": hex.EncodeToString(sum[:])})
	if err != nil {
		return crafted{}, err
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	form.WriteField("meta", string(meta))
	part, err := form.CreateFormFile("file", "twin.jpg")
	if err != nil {
		return crafted{}, err
	}
	part.Write(file)
	form.Close()
	timestamp := strconv.FormatInt(time.Now().Unix(), 10)
	signature, err := sign.RSA(t.key, sign.V3Request(http.MethodPost, wxup.MarketingImage.Path, timestamp, nonce, meta))
	if err != nil {
		return crafted{}, err
	}
	return crafted{body.Bytes(), form.FormDataContentType(), fmt.Sprintf(`WECHATPAY2-SHA256-RSA2048 mchid="%s",nonce_str="%s",signature="%s",timestamp="%s",serial_no="%s"`,
		t.load.vars["WXUP_MCHID"], nonce, signature, timestamp, t.load.vars["WXUP_MCH_SERIAL"])}, nil
}

func (c crafted) request(ctx context.Context, n *node) *http.Request {
	req, _ := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+n.http+wxup.MarketingImage.Path, bytes.NewReader(c.body))
	req.Header.Set("Content-Type", c.contentType)
	req.Header.Set("Authorization", c.authorization)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "twins")
	return req
}
