package s3blob

import (
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/s3utils"
)

// Budget is how long a call may take, all its requests together, if the URL does not say
// answer_within. List and Delete are not in a hurry: they have it for each step.
const Budget = 2 * time.Second

const budgetAtMost = time.Minute

// target is what a URL says.
type target struct {
	bucket   string
	prefix   string // "" or "images/"
	endpoint *url.URL
	region   string // "" to ask the store
	style    minio.BucketLookupType
	create   bool
	within   time.Duration // what a call may take
}

// String names the bucket for people.
func (t target) String() string {
	return fmt.Sprintf("s3://%s/%s at %s", t.bucket, t.prefix, t.endpoint.Host)
}

// example stands in each error about a URL.
const example = "s3://bucket/prefix?endpoint=https://host:port&region=us-east-1"

// parse reads a URL. Its errors never show it: people do put keys there.
func parse(raw string) (target, error) {
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Scheme != "s3" || u.Opaque != "":
		return target{}, texts.Errorf("blobs: this is not the URL of a bucket; write %s", example)
	case u.User != nil:
		return target{}, texts.Errorf("blobs: keys do not belong into the URL, where logs and process lists show them; " + whereKeys)
	case u.Host == "":
		return target{}, texts.Errorf("blobs: the URL names no bucket; write %s", example)
	case u.Port() != "":
		return target{}, texts.Errorf("blobs: s3://%s names a bucket, not a host; write %s", u.Host, example)
	}
	if err := s3utils.CheckValidBucketNameStrict(u.Host); err != nil {
		return target{}, texts.Errorf("blobs: %.80q cannot be a bucket's name, which has 3 to 63 letters a-z, digits, hyphens and dots", u.Host)
	}
	t := target{bucket: u.Host}
	if t.prefix, err = parsePrefix(u.Path); err != nil {
		return target{}, err
	}
	q, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return target{}, texts.Errorf("blobs: what follows the ? cannot be read; write %s", example)
	}
	for name, values := range q {
		if strings.Contains(strings.ToLower(name), "key") || strings.Contains(strings.ToLower(name), "secret") ||
			strings.Contains(strings.ToLower(name), "token") || strings.Contains(strings.ToLower(name), "credential") {
			return target{}, texts.Errorf("blobs: %.40q: keys do not belong into the URL, where logs and process lists show them; "+whereKeys, name)
		}
		if !slices.Contains([]string{"endpoint", "region", "style", "create", "answer_within"}, name) {
			return target{}, texts.Errorf("blobs: %.40q is unknown; there are endpoint, region, style, create and answer_within", name)
		}
		if len(values) > 1 {
			return target{}, texts.Errorf("blobs: %s is given twice", name)
		}
	}
	if t.region = q.Get("region"); t.region == "" {
		if t.region = os.Getenv("AWS_REGION"); t.region == "" {
			t.region = os.Getenv("AWS_DEFAULT_REGION")
		}
	}
	if t.endpoint, err = parseEndpoint(q.Get("endpoint"), t.region); err != nil {
		return target{}, err
	}
	if t.style, err = parseStyle(q.Get("style"), t.endpoint.Hostname()); err != nil {
		return target{}, err
	}
	switch q.Get("create") {
	case "true":
		t.create = true
	case "", "false":
	default:
		return target{}, texts.Errorf("blobs: create is true or false")
	}
	t.within = Budget
	if text := q.Get("answer_within"); text != "" {
		if t.within, err = time.ParseDuration(text); err != nil || t.within < Budget || t.within > budgetAtMost {
			return target{}, texts.Errorf("blobs: answer_within is a time from %s to %s", Budget, budgetAtMost)
		}
	}
	return t, nil
}

func parsePrefix(path string) (string, error) {
	path = strings.Trim(path, "/")
	if path == "" {
		return "", nil
	}
	if len(path) > 512 {
		return "", texts.Errorf("blobs: the prefix has %d bytes; 512 are the most", len(path))
	}
	for part := range strings.SplitSeq(path, "/") {
		if part == "" || part == "." || part == ".." || strings.ContainsFunc(part, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\\' }) {
			return "", texts.Errorf("blobs: %.100q cannot be a prefix", path)
		}
	}
	return path + "/", nil
}

func parseEndpoint(raw, region string) (*url.URL, error) {
	if raw == "" {
		host := "s3.amazonaws.com"
		if strings.HasPrefix(region, "cn-") {
			host = "s3." + region + ".amazonaws.com.cn"
		} else if region != "" {
			host = "s3." + region + ".amazonaws.com"
		}
		return &url.URL{Scheme: "https", Host: host}, nil
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		return nil, texts.Errorf("blobs: endpoint is the store's address, such as https://s3.example.com or http://10.0.0.5:9000")
	case u.User != nil:
		return nil, texts.Errorf("blobs: keys do not belong into the endpoint, where logs and process lists show them; " + whereKeys)
	case strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "":
		return nil, texts.Errorf("blobs: endpoint is an address alone, %s://%s; the bucket and the prefix stand after s3://", u.Scheme, u.Host)
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host}, nil
}

// virtualOnly are hosts that refuse a bucket in the path, or are about to.
var virtualOnly = []string{
	".amazonaws.com", ".amazonaws.com.cn",
	".aliyuncs.com", // SecondLevelDomainForbidden
	".myqcloud.com", // new buckets
	".volces.com",   // InvalidPathAccess
	".myhuaweicloud.com",
}

func parseStyle(style, host string) (minio.BucketLookupType, error) {
	switch style {
	case "path":
		return minio.BucketLookupPath, nil
	case "virtual":
		return minio.BucketLookupDNS, nil
	case "", "auto":
		for _, suffix := range virtualOnly {
			if strings.HasSuffix(host, suffix) {
				return minio.BucketLookupDNS, nil
			}
		}
		return minio.BucketLookupPath, nil
	}
	return 0, texts.Errorf("blobs: style is path (https://host/bucket/…), virtual (https://bucket.host/…) or auto")
}
