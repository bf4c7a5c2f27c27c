package s3blob

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"

	"github.com/wxup/wxup/app/internal/phrase"
)

// advise adds to an error what to do about it, if that is known.
func (t target) advise(err error) error {
	if advice := t.advice(err); !advice.IsZero() {
		return texts.Errorf("%w; %s", err, advice)
	}
	return err
}

// hungUp reports whether the other end has closed the connection.
func hungUp(err error) bool {
	for _, end := range []error{syscall.ECONNRESET, syscall.EPIPE, net.ErrClosed, io.ErrUnexpectedEOF, io.EOF} {
		if errors.Is(err, end) {
			return true
		}
	}
	return false
}

func (t target) advice(err error) phrase.Text {
	var unknownHost *net.DNSError
	switch {
	case errors.As(err, &unknownHost):
		return texts.Text("is endpoint=%s right? With style=virtual the host is %s.%s; style=path may be needed", t.endpoint, t.bucket, t.endpoint.Hostname())
	case errors.Is(err, syscall.ECONNREFUSED):
		return texts.Text("nothing listens at %s; is the store running, and is the port right?", t.endpoint.Host)
	case certificateTrouble(err):
		return texts.Text("name the CA of the store's certificate in SSL_CERT_FILE, or use the name in the certificate as the endpoint")
	case wrongProtocol(err) && t.endpoint.Scheme == "https":
		return texts.Text("%s does not use TLS; write endpoint=http://…", t.endpoint.Host)
	case wrongProtocol(err), strings.Contains(err.Error(), "HTTP request to an HTTPS server"), strings.Contains(err.Error(), "HTTP request was sent to HTTPS port"):
		return texts.Text("%s uses TLS; write endpoint=https://…", t.endpoint.Host)
	case t.endpoint.Scheme == "http" && hungUp(err):
		return texts.Text("if %s uses TLS, write endpoint=https://…", t.endpoint.Host)
	case code(err) != "" && status(err) == 0: // an answer that minio-go does not understand
		return t.notS3()
	case errors.Is(err, context.DeadlineExceeded) && status(err) == 0:
		return texts.Text("%s does not answer; is a firewall or a proxy (HTTPS_PROXY) in the way?", t.endpoint.Host)
	}
	switch code(err) {
	case "NoSuchBucket":
		return texts.Text("create the bucket %s, or add create=true to the URL", t.bucket)
	case "BucketAlreadyExists":
		return texts.Text("the bucket %s belongs to someone else; choose another name", t.bucket)
	case "InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidAccessKey", "XAdminUserNotFound", "InvalidToken", "ExpiredToken":
		return texts.Text("the keys are wrong or no longer valid; check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, or the machine's role")
	case "RequestTimeTooSkewed":
		return texts.Text("set this machine's clock (timedatectl set-ntp true)")
	case "AuthorizationHeaderMalformed", "InvalidRegion", "IllegalLocationConstraintException", "PermanentRedirect", "TemporaryRedirect":
		if r := answer(err).Region; r != "" {
			return texts.Text("write region=%s", r)
		}
		return texts.Text("write region=… as the store names it")
	case "SecondLevelDomainForbidden", "InvalidPathAccess", "PathStyleDomainForbidden":
		return texts.Text("add style=virtual to the URL")
	case "AccessDenied", "AllAccessDisabled", "Forbidden":
		return texts.Text("the keys need s3:GetObject, s3:PutObject and s3:DeleteObject on %s/%s* and s3:ListBucket on %s; see docs/s3.md", t.bucket, t.prefix, t.bucket)
	case "InsufficientStorage", "XMinioStorageFull", "QuotaExceeded":
		return texts.Text("the store is full")
	}
	switch status(err) {
	case http.StatusForbidden:
		return texts.Text("the store refuses the keys or what they are used for; see docs/s3.md")
	case http.StatusMovedPermanently, http.StatusTemporaryRedirect:
		return texts.Text("endpoint or region is wrong; write both as the bucket's page shows them")
	case http.StatusBadRequest, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented, http.StatusOK:
		return t.notS3()
	}
	return phrase.Text{}
}

func (t target) notS3() phrase.Text {
	return texts.Text("is %s the address of the S3 API, not of a console?", t.endpoint)
}
