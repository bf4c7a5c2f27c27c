package s3blob

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"

	"github.com/wxup/wxup/app/internal/phrase"
	"github.com/wxup/wxup/server"
)

// try makes a request and repeats it after errors that may be temporary, until ctx or the budget
// ends. A whole Put is one try, so that it has one budget.
func (b *Bucket) try(ctx context.Context, request func(ctx context.Context) error) error {
	return b.tryFor(ctx, b.budget, request)
}

func (b *Bucket) tryFor(ctx context.Context, budget time.Duration, request func(ctx context.Context) error) error {
	within, cancel := context.WithTimeout(ctx, budget)
	defer cancel()
	var last error
	for pause := 20 * time.Millisecond; ; pause *= 2 {
		err := request(within)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil: // the caller does not want it any more
			if last != nil {
				return fmt.Errorf("%w; before that: %w", ctx.Err(), describe(last))
			}
			return ctx.Err()
		case within.Err() != nil:
			if last == nil || !errors.Is(err, context.DeadlineExceeded) {
				last = err
			}
			return &tooLate{budget, describe(last)}
		case !temporary(err):
			return describe(err)
		}
		last = err
		select {
		case <-within.Done():
		case <-time.After(pause/2 + rand.N(pause)):
		}
	}
}

// tooLate is the error of a call that had no success within its budget.
type tooLate struct {
	after time.Duration
	last  error
}

func (e *tooLate) Error() string { return e.text().String() }

// In returns the text in a language.
func (e *tooLate) In(lang string) string { return e.text().In(lang) }

func (e *tooLate) text() phrase.Text {
	if errors.Is(e.last, context.DeadlineExceeded) {
		return texts.Text("the store did not answer within %s", e.after)
	}
	return texts.Text("given up after %s: %s", e.after, e.last)
}

func (e *tooLate) Unwrap() error { return e.last }

// Is reports that waiting may help.
func (e *tooLate) Is(target error) bool { return target == server.ErrUnavailable }

// temporary reports whether the same request may succeed a moment later.
func temporary(err error) bool {
	if a, ok := errors.AsType[minio.ErrorResponse](err); ok {
		switch a.Code {
		case "ConditionalRequestConflict", "OperationAborted", "RequestTimeout", "SlowDown", "TooManyRequests", "Throttling",
			"IncompleteBody", "BadDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch": // changed on its way
			return true
		}
		return a.StatusCode == 0 || a.StatusCode == http.StatusRequestTimeout || a.StatusCode == http.StatusTooManyRequests ||
			a.StatusCode >= 500 && !slices.Contains([]int{http.StatusNotImplemented, http.StatusInsufficientStorage}, a.StatusCode)
	}
	if certificateTrouble(err) || wrongProtocol(err) {
		return false
	}
	_, content := errors.AsType[*contentError](err)
	_, corrupt := errors.AsType[*corruptError](err)
	return !content && !corrupt
}

func certificateTrouble(err error) bool {
	var verification *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var hostname x509.HostnameError
	return errors.As(err, &verification) || errors.As(err, &authority) || errors.As(err, &hostname)
}

// wrongProtocol reports that HTTP is spoken to HTTPS or the other way round. net/http has no types
// for that.
func wrongProtocol(err error) bool {
	s := err.Error()
	return strings.Contains(s, "server gave HTTP response to HTTPS client") || strings.Contains(s, "malformed HTTP response") ||
		strings.Contains(s, "first record does not look like a TLS handshake")
}

// refusal is an answer of the store that is an error. minio-go prints the message alone.
type refusal struct{ minio.ErrorResponse }

func (r refusal) Error() string { return r.In("en") }

// In returns the text in a language, with the store's own words as they are.
func (r refusal) In(lang string) string {
	if r.StatusCode == 0 { // minio-go's own word
		return texts.Text("the store's answer cannot be read: %.100s", r.Message).In(lang)
	}
	said := fmt.Sprintf("%d %s", r.StatusCode, r.Code)
	if strings.HasPrefix(r.Code, fmt.Sprint(r.StatusCode)) { // the answer had no error in XML
		said = r.Code
	}
	if m := strings.Join(strings.Fields(r.Message), " "); m != r.Code && !strings.HasPrefix(m, "<") { // a page for people
		said += fmt.Sprintf(": %.300s", m)
	}
	if r.RequestID != "" {
		said += " (request " + r.RequestID + ")"
	}
	return texts.Text("the store says %s", said).In(lang)
}

func (r refusal) Unwrap() error { return r.ErrorResponse }

// describe makes an error of minio-go or net/http say what has happened and no more; the latter
// names the whole URL.
func describe(err error) error {
	if a, ok := err.(minio.ErrorResponse); ok {
		return refusal{a}
	}
	if u, ok := err.(*url.Error); ok {
		if strings.HasPrefix(u.Err.Error(), "Connection closed by foreign host") {
			return texts.Errorf("the connection to the store was cut: %w", io.ErrUnexpectedEOF)
		}
		return texts.Errorf("the connection to the store failed: %w", u.Err)
	}
	return err
}

// answer is what the store has answered; it is empty if the error is none of the store.
func answer(err error) minio.ErrorResponse {
	a, _ := errors.AsType[minio.ErrorResponse](err)
	return a
}

func code(err error) string { return answer(err).Code }
func status(err error) int  { return answer(err).StatusCode }

// isThere reports that If-None-Match has kept a write from happening.
func isThere(err error) bool { return err != nil && status(err) == http.StatusPreconditionFailed }

// isMissing reports that there is no such object (but a bucket, as far as can be told: the answer
// to a HEAD has no text). Other things are answered with 404 as well, by versitygw even keys that
// it does not know.
func isMissing(err error) bool { return err != nil && code(err) == "NoSuchKey" }

// isUnimplemented reports that the store does not know something in the request.
func isUnimplemented(err error) bool {
	return err != nil && (status(err) == http.StatusNotImplemented || code(err) == "NotImplemented" || code(err) == "InvalidArgument" && status(err) == http.StatusBadRequest)
}

// contentError is an error of the caller's content, not of the store.
type contentError struct{ err error }

func (e *contentError) Error() string { return e.err.Error() }

func (e *contentError) Unwrap() error { return e.err }

// corruptError is the error of a store that has written other bytes than it was sent.
type corruptError struct{ removal error }

func (e *corruptError) Error() string {
	if e.removal != nil {
		return fmt.Sprintf("the store has written other bytes than it was sent, and they could not be removed: %v", describe(e.removal))
	}
	return "the store has written other bytes than it was sent; they were removed"
}
