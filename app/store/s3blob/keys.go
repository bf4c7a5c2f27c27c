package s3blob

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/minio/minio-go/v7/pkg/credentials"
)

// findKeys takes the first place that has keys, and stays with it: the environment, the shared
// file, the role. Keys of a role are renewed when they are about to end.
func findKeys(ctx context.Context) (*credentials.Credentials, error) {
	places := []credentials.Provider{&credentials.EnvAWS{}, &credentials.FileAWSCredentials{}}
	if os.Getenv("AWS_EC2_METADATA_DISABLED") != "true" {
		places = append(places, &credentials.IAM{Client: metadataClient})
	}
	// A machine without a metadata service may swallow what is sent to its address.
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	for _, p := range places {
		v, err := p.RetrieveWithCredContext(&credentials.CredContext{Client: metadataClient, Context: ctx})
		if err == nil && v.AccessKeyID != "" && v.SecretAccessKey != "" {
			return credentials.New(p), nil
		}
	}
	return nil, texts.Errorf("no keys were found; " + whereKeys)
}

// metadataClient asks the machine's metadata service, which is at a link-local address and never
// behind a proxy, or the token service.
var metadataClient = &http.Client{
	Timeout: 2 * time.Second,
	Transport: &http.Transport{
		DialContext: (&net.Dialer{Timeout: time.Second}).DialContext, DisableKeepAlives: true,
		Proxy: func(r *http.Request) (*url.URL, error) {
			if ip := net.ParseIP(r.URL.Hostname()); ip != nil && ip.IsLinkLocalUnicast() {
				return nil, nil
			}
			return http.ProxyFromEnvironment(r)
		},
	},
}
