// Package page is how every list is cut into pages: a size with limits and an
// opaque token that is bound to the filter it was made for.
//
// It knows nothing of storage. A token comes back in URLs and logs, where anybody
// can read a key that Encode put into it: dates and opaque ids only. A key that
// holds more, such as an address, is put in by a Sealer.
package page

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"strings"

	"xinju.dev/services/platform/fault"
)

// Sizes of a page.
const (
	DefaultSize = 50
	MaxSize     = 1000
)

// Faults of a list request.
var (
	ErrSize  = fault.New(fault.Invalid, "PAGE_SIZE_INVALID", "the page size must not be negative", "每页数量不能为负数")
	ErrToken = fault.New(fault.Invalid, "PAGE_TOKEN_INVALID",
		"the page token is damaged or belongs to another query; start again from the first page", "分页标记已损坏或不属于该查询，请从第一页重新开始")
)

// Query is what a caller asks for: a size (0 means DefaultSize, more than
// MaxSize means MaxSize) and the token of the page before ("" for the first).
type Query struct {
	Size  int
	Token string
}

// Next is the token of the following page, "" when this was the last one.
type Next = string

// Limit returns the number of items of this page. It fails with PAGE_SIZE_INVALID.
func (q Query) Limit() (int, error) {
	switch {
	case q.Size < 0:
		return 0, ErrSize.On("page_size", "must not be negative")
	case q.Size == 0:
		return DefaultSize, nil
	}
	return min(q.Size, MaxSize), nil
}

// Key returns the key after which this page starts, "" for the first page.
// filter must be the same bytes as on the page before. It fails with PAGE_TOKEN_INVALID.
func (q Query) Key(filter []byte) (string, error) {
	if q.Token == "" {
		return "", nil
	}
	return Decode(filter, q.Token)
}

const (
	version  = 1
	sumLen   = 12
	maxToken = 2048
)

// Encode makes the token that continues after key in the list described by filter.
func Encode(filter []byte, key string) string {
	raw := make([]byte, 0, 1+sumLen+len(key))
	raw = append(raw, version)
	raw = append(raw, sum(filter, key)...)
	raw = append(raw, key...)
	return base64.RawURLEncoding.EncodeToString(raw)
}

// Decode returns the key of a token made by Encode with the same filter. It
// fails with PAGE_TOKEN_INVALID, also for the empty token.
func Decode(filter []byte, token string) (string, error) {
	if len(token) > maxToken || strings.ContainsAny(token, "\r\n") { // line breaks are ignored by the decoder
		return "", invalid()
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) < 1+sumLen || raw[0] != version {
		return "", invalid()
	}
	key := string(raw[1+sumLen:])
	if subtle.ConstantTimeCompare(raw[1:1+sumLen], sum(filter, key)) != 1 {
		return "", invalid()
	}
	return key, nil
}

func invalid() error { return ErrToken.On("page_token", "not a token of this query") }

// sum binds filter and key together. It guards against mistakes, not against
// forgery: a forged key only starts the caller's own list somewhere else.
func sum(filter []byte, key string) []byte {
	h := sha256.New()
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(len(filter)))
	h.Write(n[:])
	h.Write(filter)
	h.Write([]byte(key))
	return h.Sum(nil)[:sumLen]
}
