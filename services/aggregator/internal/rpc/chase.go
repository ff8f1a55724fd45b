package rpc

import (
	"context"
	"crypto/sha256"
	"time"

	"xinju.dev/services/aggregator/internal/answers"
	"xinju.dev/services/aggregator/internal/chase"
	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/ident"
	"xinju.dev/services/platform/wire"
	"xinju.dev/services/platform/workday"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/protobuf/proto"
)

// Faults of following up.
var (
	ErrChaseLarge = fault.New(fault.Exhausted, "CHASE_LIST_TOO_LARGE",
		"the list has more than 200,000 lines; ask for a smaller division", "名单超过 20 万条，请缩小区划")
	ErrChaseLine = fault.New(fault.NotFound, "CHASE_LINE_UNKNOWN",
		"the person, or the event, never counts for this indicator", "该人员（或该事件）从不计入该指标")
	ErrChaseNumber = fault.New(fault.Invalid, "CHASE_TEXT_HAS_NUMBER",
		"a text holds what looks like the number of an identity document; leave it out", "文字中含有疑似证件号码，请删除")
)

// People is what following up and forecasts ask of the derived state, beside
// what Book has.
type People interface {
	Book
	People(ctx context.Context, ids []string) ([]coverage.Person, coverage.State, error)
	Linked(ctx context.Context, ids []string) (map[string][]string, error)
	LinesOf(ctx context.Context, q coverage.ListQuery, ids []string, look func(coverage.View) error) ([]coverage.Line, error)
	Ahead(ctx context.Context, q *coverage.AheadQuery) ([]coverage.Turn, coverage.State, error)
}

// Chases is where entries are kept.
type Chases interface {
	Chases(ctx context.Context, indicator string, residents []string) ([]chase.Entry, error)
	ChasesOf(ctx context.Context, indicator string) ([]chase.Entry, error)
	ChaseStates(ctx context.Context, indicator, event string, residents []string) ([]chase.Entry, error)
	ChangeChases(ctx context.Context, method, requestID string, digest []byte, do func(chase.Tx) ([]byte, error)) ([]byte, error)
}

// ChaseServer implements aggregatorv1.ChaseServiceServer.
type ChaseServer struct {
	aggregatorv1.UnimplementedChaseServiceServer
	base     *Server
	book     People
	desk     Chases
	calendar *workday.Calendar
}

// NewChase returns the server. It fails when the calendar of working days that
// comes with the program cannot be read.
func NewChase(book People, d Chases, places *Places, now func() time.Time) (*ChaseServer, error) {
	calendar, err := workday.China()
	if err != nil {
		return nil, err
	}
	return &ChaseServer{base: New(book, places, now), book: book, desk: d, calendar: calendar}, nil
}

const (
	maxName   = 64
	maxRemark = 200
	maxEvent  = 160
	maxChase  = 200_000 // lines of a list that is read as a whole
)

// scope is a number: division, indicator and day.
type scope struct {
	division  string
	indicator string
	day       civil.Date
	key       ledger.Key
	of        *derive.Deriver // that numbers the key so
	harm      bool            // less is better: who is covered is to be looked after
}

// list asks for lines of the number.
func (n *scope) list(which coverage.Which, after coverage.Place, limit int) coverage.ListQuery {
	return coverage.ListQuery{Division: n.division, Key: n.key, Of: n.of, Day: n.day, Which: which, After: after, Limit: limit}
}

// open is the list that is worked through.
func (n *scope) open() coverage.Which {
	if n.harm {
		return coverage.Covered
	}
	return coverage.Uncovered
}

// done is the list of those with whom nothing is left to do.
func (n *scope) done() coverage.Which {
	if n.harm {
		return coverage.Uncovered
	}
	return coverage.Covered
}

// served says whether nothing is left to do with a line of the number.
func (n *scope) served(covered bool) bool { return covered != n.harm }

// scope reads and checks which number is meant.
func (s *ChaseServer) scope(c *wire.Check, code, indicator string, day *date.Date) (scope, error) {
	division(c, "division", code)
	out := scope{division: code, indicator: indicator, day: s.base.day(c, "as_of_date", day)}
	if err := c.Err(); err != nil {
		return out, err
	}
	err := s.book.Look(func(v coverage.View) error {
		var err error
		out.of = v.Deriver()
		if out.key, err = listed(v, indicator, code, out.day); err != nil {
			return err
		}
		if _, known := v.World().Any(code, out.day); !known {
			return fault.DivisionNotFound.With("division", code)
		}
		out.harm = lessIsBetter(v, code, indicator, out.day)
		return nil
	})
	return out, err
}

// lessIsBetter says so of an indicator in a division, where it has people above
// the line: under a plain count there is one list alone.
func lessIsBetter(v coverage.View, code, indicator string, day civil.Date) bool {
	p, err := answers.PackFor(v, code, day)
	if err != nil {
		return false
	}
	c, err := answers.Indicator(v, p, indicator)
	return err == nil && !c.Plain && c.BetterOn(day) == policy.Lower
}

// whole reads every line of a part of a number.
func (s *ChaseServer) whole(ctx context.Context, n scope, which coverage.Which) (coverage.List, error) {
	list, err := s.book.List(ctx, n.list(which, coverage.Place{}, maxChase))
	if err == nil && list.More {
		err = ErrChaseLarge
	}
	return list, err
}

// free reads a text for people that must hold no number of a document.
func free(c *wire.Check, path, text string, limit int) (string, error) {
	text = c.Text(path, text, limit, false)
	if ident.InText(text) {
		return "", ErrChaseNumber.With("field", path)
	}
	return text, nil
}

// digest is what a request with the same request_id must have again.
func digest(req proto.Message) ([]byte, error) {
	raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(req)
	sum := sha256.Sum256(raw)
	return sum[:], err
}
