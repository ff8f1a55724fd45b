// Package webhook delivers a service's change feed to other systems by HTTP:
// batches of CloudEvents 1.0, signed, at least once and in order.
//
// What is sent is written down before it is sent, so that every try of a batch
// has the same bytes and the same sequence numbers, also after a crash. Each
// subscription has its own worker: a slow receiver holds nobody else up.
//
// The package knows no service: it reads a feed and carries its coded facts.
package webhook

import (
	"cmp"
	"crypto/x509"
	"embed"
	"net/http"
	"time"

	"go.uber.org/zap"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/seal"
)

// Faults of subscriptions.
var (
	ErrNotFound = fault.New(fault.NotFound, "SUBSCRIPTION_NOT_FOUND", "there is no such subscription", "没有该订阅")
	ErrChanged  = fault.New(fault.Stale, "SUBSCRIPTION_CHANGED", "the subscription was changed since it was read; read it again", "订阅在读取之后已被修改，请重新读取")
	ErrTooMany  = fault.New(fault.Exhausted, "TOO_MANY_SUBSCRIPTIONS", "there are 100 subscriptions already", "订阅已达 100 个上限")
	ErrURL      = fault.New(fault.Invalid, "WEBHOOK_URL_REFUSED",
		"a receiver has an https address, or http on this machine, without user and fragment, and no private address unless that is allowed",
		"接收地址须为 https（本机可用 http），不含用户名和片段；未经设置允许不得为内网地址")
)

// maxSubscriptions bounds the workers.
const maxSubscriptions = 100

// Settings say how deliveries are made. Zero fields take the default.
type Settings struct {
	// AllowPrivate lets receivers have addresses of private networks (RFC 1918,
	// RFC 4193, RFC 6598). Addresses of links are refused all the same.
	AllowPrivate bool
	// RootCAs are trusted in the place of the system's when set.
	RootCAs *x509.CertPool

	Timeout    time.Duration // of one request, the answer included; 10 s
	FirstRetry time.Duration // before the second try, twice as long each time; 1 s
	MaxRetry   time.Duration // at most between two tries; 10 min
	GiveUp     time.Duration // after failing for so long the subscription is given up; 24 h
	Poll       time.Duration // how often is looked for what other processes did; 1 s
	Keep       int           // deliveries kept in the log of each subscription; 1,000
}

func (s Settings) complete() Settings {
	s.Timeout = cmp.Or(s.Timeout, 10*time.Second)
	s.FirstRetry = cmp.Or(s.FirstRetry, time.Second)
	s.MaxRetry = cmp.Or(s.MaxRetry, 10*time.Minute)
	s.GiveUp = cmp.Or(s.GiveUp, 24*time.Hour)
	s.Poll = cmp.Or(s.Poll, time.Second)
	s.Keep = cmp.Or(s.Keep, 1000)
	return s
}

// Deps is everything that webhooks take from their surroundings.
type Deps struct {
	Name   string // of the service, in the source of events: "registry"
	Source changefeed.Source
	Sealer seal.Sealer // protects the secrets
	Log    *zap.Logger
	// Now is the real clock when nil: receivers compare timestamps with theirs,
	// and a retry must come also where the suite's day stands still.
	Now      func() time.Time
	Settings Settings
}

// Hooks is the subscriptions of one service: their gRPC server and their
// delivery, a part of the service.
type Hooks struct {
	server
	deliverer
}

// New returns the webhooks over a migrated database. It starts nothing.
func New(d Deps) *Hooks {
	if d.Now == nil {
		d.Now = time.Now
	}
	d.Settings = d.Settings.complete()
	q := &queue{db: d.Source.DB, seal: d.Sealer, now: d.Now, set: d.Settings}
	out := sender{set: d.Settings, now: d.Now, clients: map[bool]*http.Client{true: client(d.Settings, true), false: client(d.Settings, false)}}
	deliver := deliverer{name: d.Name, source: d.Source, queue: q, send: out, log: d.Log, set: d.Settings}
	return &Hooks{server: server{queue: q, send: out, source: d.Source, name: d.Name}, deliverer: deliver}
}

//go:embed migrations
var files embed.FS

// Migrations creates the tables of subscriptions.
func Migrations() migrate.Set { return migrate.Sub("webhook", files, "migrations") }
