// Package audit writes one line for every call that reached a server: who asked
// for what, when, and how it ended. A line never holds a message body or a
// person's data, so that it can be kept for years and read by an auditor.
package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"

	"go.uber.org/zap"
)

// Line is one call.
type Line struct {
	Time      time.Time // when the call arrived
	Server    string    // which server answered: "registry", "gateway"
	Method    string    // full gRPC method, or "unknown" when there is no such method
	Code      string    // gRPC code sent back
	Reason    string    // reason of the fault; empty when there was none
	Caller    string    // kind of caller, never a name: "token", "anonymous"
	Peer      string    // network address the call came from
	RequestID string    // joins the lines and logs of one request across services
	Took      time.Duration
	Streamed  bool
}

// Sink keeps lines. Write is called once per call, at its end and from many
// goroutines; an error fails the call it belongs to, because an answer that
// cannot be accounted for is not given.
type Sink interface {
	Write(ctx context.Context, l Line) error
}

// Func is a Sink made of a function.
type Func func(ctx context.Context, l Line) error

// Write calls f.
func (f Func) Write(ctx context.Context, l Line) error { return f(ctx, l) }

// ToLog writes lines to a logger named "audit" at level info; a logger that drops
// that level drops them too. It reports no errors, so this sink never fails.
func ToLog(log *zap.Logger) Sink {
	log = log.Named("audit")
	return Func(func(_ context.Context, l Line) error {
		log.Info("call",
			zap.Time("at", l.Time), zap.String("server", l.Server), zap.String("method", l.Method),
			zap.String("code", l.Code), zap.String("reason", l.Reason), zap.String("caller", l.Caller),
			zap.String("peer", l.Peer), zap.String("request_id", l.RequestID),
			zap.Duration("took", l.Took), zap.Bool("streamed", l.Streamed))
		return nil
	})
}

// ToWriter writes each line as one JSON object with one Write to w.
func ToWriter(w io.Writer) Sink {
	var mu sync.Mutex
	return Func(func(_ context.Context, l Line) error {
		b, err := json.Marshal(wire{
			At: l.Time.UTC().Format(time.RFC3339Nano), Server: l.Server, Method: l.Method, Code: l.Code, Reason: l.Reason,
			Caller: l.Caller, Peer: l.Peer, RequestID: l.RequestID, TookMicros: l.Took.Microseconds(), Streamed: l.Streamed,
		})
		if err != nil {
			return fmt.Errorf("encode audit line: %w", err)
		}
		mu.Lock()
		defer mu.Unlock()
		if _, err := w.Write(append(b, '\n')); err != nil {
			return fmt.Errorf("write audit line: %w", err)
		}
		return nil
	})
}

// wire is the stored form of a Line; its names are read by other tools.
type wire struct {
	At         string `json:"at"`
	Server     string `json:"server"`
	Method     string `json:"method"`
	Code       string `json:"code"`
	Reason     string `json:"reason,omitempty"`
	Caller     string `json:"caller"`
	Peer       string `json:"peer"`
	RequestID  string `json:"request_id"`
	TookMicros int64  `json:"took_us"`
	Streamed   bool   `json:"streamed,omitempty"`
}
