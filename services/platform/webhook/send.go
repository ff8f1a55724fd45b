package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// Headers of a request. The signature is "v1=" and HMAC-SHA-256, in hexadecimal
// digits, over the timestamp (Unix seconds, decimal), a full stop and the body,
// keyed with the whole text of the secret.
const (
	HeaderTimestamp    = "Xinju-Timestamp"
	HeaderSignature    = "Xinju-Signature"
	HeaderSubscription = "Xinju-Subscription"
	HeaderDelivery     = "Xinju-Delivery"
	contentType        = "application/cloudevents-batch+json; charset=UTF-8"
)

// Codes of failures, as subscriptions and deliveries show them.
const (
	codeTimeout  = "TIMEOUT"
	codeAddress  = "ADDRESS_REFUSED"
	codeName     = "NAME_UNKNOWN"
	codeTLS      = "TLS"
	codeConnect  = "CONNECTION"
	codeRedirect = "REDIRECT"
	codeStatus   = "HTTP_STATUS"
	codeGone     = "GONE"
	codeFeed     = "FEED"
)

// newSecret returns 256 random bits as text.
func newSecret() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails: the program ends first
	return "xjwh_" + base64.RawURLEncoding.EncodeToString(b[:])
}

// sign returns the value of HeaderSignature.
func sign(secret, timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(timestamp + "."))
	mac.Write(body)
	return "v1=" + hex.EncodeToString(mac.Sum(nil))
}

// sender makes single requests.
type sender struct {
	set     Settings
	now     func() time.Time
	clients map[bool]*http.Client // by whether the receiver is on this machine
}

// outcome is what became of one request.
type outcome struct {
	status int    // 0 without an answer
	code   string // "" when it was acknowledged
	took   time.Duration
}

// post makes one request. What the receiver answers beside its status is not kept.
func (s sender) post(ctx context.Context, sub subscription, deliveryID string, body []byte) outcome {
	loopback, err := checkURL(sub.url, s.set) // settings may have changed since it was accepted
	if err != nil {
		return outcome{code: codeAddress}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, sub.url, bytes.NewReader(body))
	if err != nil {
		return outcome{code: codeAddress}
	}
	stamp := strconv.FormatInt(s.now().Unix(), 10)
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("User-Agent", "xinju-webhook/1")
	req.Header.Set(HeaderTimestamp, stamp)
	req.Header.Set(HeaderSignature, sign(sub.secret, stamp, body))
	req.Header.Set(HeaderSubscription, sub.id)
	req.Header.Set(HeaderDelivery, deliveryID)
	began := time.Now()
	resp, err := s.clients[loopback].Do(req)
	if err != nil {
		return outcome{code: codeOf(err), took: time.Since(began)}
	}
	_, _ = io.CopyN(io.Discard, resp.Body, 4<<10) // so that the connection can be used again; more is nobody's business
	_ = resp.Body.Close()
	return outcome{status: resp.StatusCode, code: judge(resp.StatusCode), took: time.Since(began)}
}

func judge(status int) string {
	switch {
	case status >= 200 && status < 300:
		return ""
	case status >= 300 && status < 400:
		return codeRedirect
	case status == http.StatusGone:
		return codeGone
	}
	return codeStatus
}

// codeOf names a failure; texts of errors hold addresses and stay here.
func codeOf(err error) string {
	var dns *net.DNSError
	var record tls.RecordHeaderError
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	var verify *tls.CertificateVerificationError
	var timeout interface{ Timeout() bool }
	switch {
	case errors.Is(err, errAddress):
		return codeAddress
	case errors.As(err, &dns) && !dns.IsTimeout:
		return codeName
	case errors.As(err, &record), errors.As(err, &unknown), errors.As(err, &host), errors.As(err, &invalid), errors.As(err, &verify):
		return codeTLS
	case errors.As(err, &timeout) && timeout.Timeout():
		return codeTimeout
	}
	return codeConnect
}
