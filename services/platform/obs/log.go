// Package obs makes what a process says about itself: log, metrics, traces and
// the debug pages. Nothing in it may carry a person's data: errors are logged by
// Cause, which tells their types and not their texts.
package obs

import (
	"os"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// LogOptions says how a process logs. The zero value logs JSON from level info up.
type LogOptions struct {
	Level   zapcore.Level
	Console bool                // lines for eyes instead of JSON
	Service string              // added to every line as "service"
	Out     zapcore.WriteSyncer // nil means stderr; stdout belongs to a program's results
}

// NewLogger returns the process's logger. Times are UTC with milliseconds.
func NewLogger(o LogOptions) *zap.Logger {
	enc := zap.NewProductionEncoderConfig()
	enc.TimeKey = "time"
	enc.EncodeTime = zapcore.ISO8601TimeEncoder
	enc.EncodeDuration = zapcore.StringDurationEncoder
	encoder := zapcore.NewJSONEncoder(enc)
	if o.Console {
		enc.EncodeLevel = zapcore.CapitalLevelEncoder
		encoder = zapcore.NewConsoleEncoder(enc)
	}
	out := o.Out
	if out == nil {
		out = zapcore.Lock(os.Stderr)
	}
	log := zap.New(zapcore.NewCore(encoder, out, o.Level), zap.ErrorOutput(zapcore.Lock(os.Stderr)), zap.WithClock(utc{zapcore.DefaultClock}))
	if o.Service != "" {
		log = log.With(zap.String("service", o.Service))
	}
	return log
}
