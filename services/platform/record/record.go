// Package record holds what every dated service record about a resident has in
// common. It is pure: no storage, no wire format, no clock.
package record

import (
	"crypto/sha256"
	"strconv"
	"time"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/fault"
)

// Faults every record service returns.
var (
	ErrNotFound = fault.New(fault.NotFound, "RECORD_NOT_FOUND", "there is no such record", "没有这条记录")
	ErrStale    = fault.New(fault.Stale, "RECORD_CHANGED",
		"the record was changed since it was read; read it again", "记录在读取之后已被修改，请重新读取")
	ErrEtag = fault.New(fault.Invalid, "ETAG_INVALID", "the etag is missing or is not one that a record carried", "etag 缺失或格式不正确")
)

// MaxBatch is the largest number of records one request may create or fetch.
const MaxBatch = 500

// Base is the part of a record that the store keeps: services embed it. ID,
// Version and the times are set by the store, never by a caller.
type Base struct {
	ID         string
	ResidentID string
	Version    int64 // 1 when created, one more with each change
	CreateTime time.Time
	UpdateTime time.Time
	Deleted    bool // entered in error and withdrawn; the row is kept
}

// Etag is the version as callers carry it.
func (b Base) Etag() string { return strconv.FormatInt(b.Version, 10) }

// ParseEtag returns the version of an etag. It fails with ETAG_INVALID, also
// for the empty one: a change must say what it was based on.
func ParseEtag(etag string) (int64, error) {
	n, err := strconv.ParseInt(etag, 10, 64)
	if err != nil || n < 1 {
		return 0, ErrEtag.On("etag", "not an etag of a record")
	}
	return n, nil
}

// Request names one attempt to create something, so that its retry has no
// second effect. An empty ID means that the caller asked for no such protection.
type Request struct {
	ID     string
	Digest []byte // of everything else in the request: the same ID with another digest is refused
}

// NewRequest makes a Request; payload is the request in a deterministic encoding.
func NewRequest(id string, payload []byte) Request {
	sum := sha256.Sum256(payload)
	return Request{ID: id, Digest: sum[:]}
}

// Filter narrows a list. Zero fields do not narrow; both dates are inclusive.
type Filter struct {
	ResidentID string
	From, To   civil.Date
}

// Equal narrows a list to records whose stored column has a value. Column is a
// name from the program, never from a caller.
type Equal struct {
	Column string
	Value  any
}
