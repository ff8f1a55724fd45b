package changefeed

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/sqlstore"
)

// ErrFilter refuses a division where nobody knows who lives there.
var ErrFilter = fault.New(fault.Precondition, "FEED_FILTER_UNSUPPORTED",
	"this source does not know where residents live and cannot filter by division", "该数据源不掌握居住信息，不能按区划筛选")

// Filter leaves a part of a feed out; the zero Filter leaves nothing out.
type Filter struct {
	Kinds    []int32 // numbers of feedv1.FactKind; empty for all
	Division string  // 12 digits; "" for all
}

// Normal returns the filter with its kinds sorted, each once.
func (f Filter) Normal() Filter {
	f.Kinds = slices.Compact(slices.Sorted(slices.Values(f.Kinds)))
	return f
}

func (f Filter) zero() bool { return len(f.Kinds) == 0 && f.Division == "" }

// takes reports that a kind is asked for.
func (f Filter) takes(kind int32) bool { return len(f.Kinds) == 0 || slices.Contains(f.Kinds, kind) }

// bound names a normal filter in tokens.
func (f Filter) bound(list string) []byte {
	return fmt.Appendf(nil, "%s\x00%v\x00%s", list, f.Kinds, f.Division)
}

// Places is what a source offers that knows where residents live.
type Places interface {
	// Prefix returns what the codes of everything in a division begin with. It
	// fails with DIVISION_NOT_FOUND.
	Prefix(ctx context.Context, division string) (string, error)
	// Lived returns those residents of whom the source was ever told that they
	// live where codes begin with prefix, also when that was corrected since:
	// who has once been given a fact must hear of its correction.
	Lived(ctx context.Context, prefix string, residents []string) (map[string]bool, error)
	// FactsOf returns the current facts of residents.
	FactsOf(ctx context.Context, residents []string) ([]Fact, error)
}

// Range is a run of positions, both ends included.
type Range struct{ First, Last int64 }

// Selection is a run of the feed through a filter. Changes and Skipped together
// are every position after the one that was asked from, up to Position.
type Selection struct {
	Head     Head
	Position int64
	Changes  []Change
	Skipped  []Range
	// Entered are the current facts of residents of whom the run says that they
	// live in the filter's division: what was said of them before may have been
	// left out when nobody knew that.
	Entered []Fact
}

// Source is a feed with what it takes to filter it. Places is nil where the
// source does not know where residents live.
type Source struct {
	DB     *sqlstore.DB
	Places Places
}

// maxSelected bounds the positions of one run that is filtered by division: each
// may bring all facts of a resident.
const maxSelected = 1000

// Read is Read through a filter; limit bounds the positions that are looked at.
// It fails as Read does, with FEED_FILTER_UNSUPPORTED and with DIVISION_NOT_FOUND.
func (s Source) Read(ctx context.Context, epoch string, after int64, limit int, f Filter) (Selection, error) {
	if f.Division != "" && s.Places == nil {
		return Selection{}, ErrFilter
	}
	if f.Division != "" {
		limit = min(size(limit), maxSelected)
	}
	p, err := Read(ctx, s.DB, epoch, after, limit)
	if err != nil {
		return Selection{}, err
	}
	out := Selection{Head: p.Head, Position: after + int64(len(p.Changes)), Changes: p.Changes}
	if f.zero() {
		return out, nil
	}
	facts := make([]*Fact, len(p.Changes))
	for i := range p.Changes {
		facts[i] = &p.Changes[i].Fact
	}
	keep, entered, err := s.choose(ctx, f, facts)
	if err != nil {
		return Selection{}, err
	}
	out.Changes = nil
	for i, c := range p.Changes {
		switch last := len(out.Skipped) - 1; {
		case keep[i]:
			out.Changes = append(out.Changes, c)
		case last >= 0 && out.Skipped[last].Last == c.Position-1:
			out.Skipped[last].Last = c.Position
		default:
			out.Skipped = append(out.Skipped, Range{c.Position, c.Position})
		}
	}
	if len(entered) > 0 {
		all, err := s.Places.FactsOf(ctx, entered)
		if err != nil {
			return Selection{}, err
		}
		out.Entered = slices.DeleteFunc(all, func(e Fact) bool { return !f.takes(e.Kind) })
	}
	return out, nil
}

// keep leaves the facts of a list that the filter takes.
func (s Source) keep(ctx context.Context, f Filter, facts []Fact) ([]Fact, error) {
	if f.zero() {
		return facts, nil
	}
	list := make([]*Fact, len(facts))
	for i := range facts {
		list[i] = &facts[i]
	}
	kept, _, err := s.choose(ctx, f, list)
	if err != nil {
		return nil, err
	}
	out := make([]Fact, 0, len(facts))
	for i := range facts {
		if kept[i] {
			out = append(out, facts[i])
		}
	}
	return out, nil
}

// choose says of each fact whether the filter keeps it, and which residents the
// facts say to live in its division.
func (s Source) choose(ctx context.Context, f Filter, facts []*Fact) (keep []bool, entered []string, err error) {
	keep = make([]bool, len(facts))
	if f.Division == "" {
		for i, c := range facts {
			keep[i] = f.takes(c.Kind)
		}
		return keep, nil, nil
	}
	prefix, err := s.Places.Prefix(ctx, f.Division)
	if err != nil {
		return nil, nil, err
	}
	var ask []string
	stands := make([]bool, len(facts))
	for i, c := range facts {
		division, err := divisionOf(c)
		if err != nil {
			return nil, nil, err
		}
		stands[i] = division != "" && strings.HasPrefix(division, prefix)
		if stands[i] && c.Kind == int32(feedv1.FactKind_FACT_KIND_RESIDENCE) {
			entered = append(entered, c.ResidentID)
		}
		if c.ResidentID != "" && !stands[i] {
			ask = append(ask, c.ResidentID)
		}
	}
	slices.Sort(ask)
	lived, err := s.Places.Lived(ctx, prefix, slices.Compact(ask))
	if err != nil {
		return nil, nil, err
	}
	for i, c := range facts {
		always := c.Deleted || c.Kind == int32(feedv1.FactKind_FACT_KIND_LINK)
		keep[i] = f.takes(c.Kind) && (always || stands[i] || lived[c.ResidentID])
	}
	slices.Sort(entered)
	return keep, slices.Compact(entered), nil
}

// divisionOf is the division in which a fact stands, "" when its kind has none.
func divisionOf(f *Fact) (string, error) {
	if f.Deleted {
		return "", nil
	}
	var body interface {
		proto.Message
		GetDivision() string
	}
	switch feedv1.FactKind(f.Kind) {
	case feedv1.FactKind_FACT_KIND_RESIDENCE:
		body = &feedv1.ResidenceFact{}
	case feedv1.FactKind_FACT_KIND_PERMIT:
		body = &feedv1.PermitFact{}
	case feedv1.FactKind_FACT_KIND_UNIT:
		body = &feedv1.UnitFact{}
	case feedv1.FactKind_FACT_KIND_DIVISION:
		d := &feedv1.DivisionFact{}
		err := damaged(f, proto.Unmarshal(f.Body, d))
		return d.GetCode(), err
	default:
		return "", nil
	}
	err := damaged(f, proto.Unmarshal(f.Body, body))
	return body.GetDivision(), err
}

// damaged hides what a decoder says of a body: it may quote it.
func damaged(f *Fact, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("change feed: the body of a fact of kind %d is damaged", f.Kind)
}
