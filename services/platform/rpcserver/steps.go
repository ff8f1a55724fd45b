package rpcserver

import (
	"context"
	"time"

	"xinju.dev/services/platform/authz"
	"xinju.dev/services/platform/crash"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/obs"

	"go.uber.org/zap"
	"google.golang.org/grpc/codes"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// errUnaccounted takes the place of an answer whose audit line could not be written.
var errUnaccounted = fault.New(fault.Unavailable, "AUDIT_UNAVAILABLE",
	"the call could not be written to the audit log, so it is not answered", "审计日志无法写入，本次请求不予答复")

// step is the rest of a call's way to its handler; stage is one part of it. Unary
// and stream calls take the same way, so no concern can be forgotten for one of them.
type (
	step  func(ctx context.Context, c *call) error
	stage func(ctx context.Context, c *call, next step) error
)

// stages puts the parts in order, outermost first.
func (s *Server) stages() step {
	next := step(func(ctx context.Context, c *call) error { return c.handle(ctx) })
	order := []stage{s.account, s.identify, s.deadline, s.untilStop, s.translate, s.recover, s.authenticate}
	for i := len(order) - 1; i >= 0; i-- {
		stage, inner := order[i], next
		next = func(ctx context.Context, c *call) error { return stage(ctx, c, inner) }
	}
	return next
}

// account counts the call and writes its audit line, or gives no answer.
func (s *Server) account(ctx context.Context, c *call, next step) error {
	s.metrics.inFlight.Inc()
	defer s.metrics.inFlight.Dec()
	return s.settle(ctx, c, next(ctx, c))
}

func (s *Server) settle(ctx context.Context, c *call, result error) error {
	c.seen = true
	code, took := status.Code(result), time.Since(c.start)
	s.metrics.count(c, code, took)
	err := crash.Guard(func() error { return s.cfg.Audit.Write(ctx, c.line(ctx, s.cfg.Name, code.String(), took)) })
	if err != nil {
		s.cfg.Log.Error("audit line not written", zap.String("method", c.method), zap.String("request_id", c.requestID), obs.Cause(err))
		return statusOf(errUnaccounted)
	}
	return result
}

// identify passes the request's id on to the handler and the calls it makes.
func (s *Server) identify(ctx context.Context, c *call, next step) error {
	return next(obs.WithRequestID(ctx, c.requestID), c)
}

// deadline bounds a unary call whose caller did not.
func (s *Server) deadline(ctx context.Context, c *call, next step) error {
	if _, set := ctx.Deadline(); set || c.streamed {
		return next(ctx, c)
	}
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Deadline)
	defer cancel()
	return next(ctx, c)
}

// untilStop ends a stream when the server stops: a graceful stop alone would wait
// for feed streams for ever.
func (s *Server) untilStop(ctx context.Context, c *call, next step) error {
	if !c.streamed {
		return next(ctx, c)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(s.streams, func() { cancel(errStopping) })()
	return next(ctx, c)
}

// translate turns what the handler returned into what may go out.
func (s *Server) translate(ctx context.Context, c *call, next step) error {
	cause := next(ctx, c)
	if cause == nil {
		return nil
	}
	answer, reason := forWire(ctx, c, cause)
	c.reason = reason
	s.log(c, answer, cause)
	return answer
}

// log writes why a call failed, by types and reasons only.
func (s *Server) log(c *call, answer, cause error) {
	fields := []zap.Field{
		zap.String("method", c.method), zap.String("request_id", c.requestID),
		zap.Stringer("code", status.Code(answer)), obs.Cause(cause),
	}
	if p, ok := crashOf(cause); ok {
		fields = append(fields, zap.ByteString("stack", p.Stack))
	}
	if status.Code(answer) == codes.Internal {
		s.cfg.Log.Error("call failed", fields...)
		return
	}
	s.cfg.Log.Debug("call refused", fields...)
}

// recover turns a panic into an error that translate hides and logs.
func (s *Server) recover(ctx context.Context, c *call, next step) error {
	return crash.Guard(func() error { return next(ctx, c) })
}

// open lists the methods that need no token: a health probe has none.
var open = map[string]bool{
	healthv1.Health_Check_FullMethodName: true,
	healthv1.Health_Watch_FullMethodName: true,
}

// authenticate lets in who shows the token.
func (s *Server) authenticate(ctx context.Context, c *call, next step) error {
	if open[c.method] {
		return next(ctx, c)
	}
	md, _ := metadata.FromIncomingContext(ctx)
	if err := s.guard.Check(md.Get(authz.Header)); err != nil {
		return err
	}
	c.caller = authz.Token
	return next(authz.WithCaller(ctx, c.caller), c)
}
