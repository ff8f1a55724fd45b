package rpc

import (
	"cmp"
	"slices"
	"strings"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/wire"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
)

// interval is days on which a rule or an indicator says the same of a person.
type interval struct {
	item     string
	rule     bool
	from, to civil.Date // half-open
	covered  bool
	village  string // indicators
	event    string
	on       civil.Date
}

func (v *interval) proto() *aggregatorv1.AnswerInterval {
	out := &aggregatorv1.AnswerInterval{
		ItemId: v.item, Kind: aggregatorv1.RuleKind_RULE_KIND_INDICATOR, FromDate: wire.DateProto(v.from), UntilDate: wire.DateProto(last(v.to)),
		Covered: v.covered, Village: v.village, EventId: v.event,
	}
	if v.rule {
		out.Kind = aggregatorv1.RuleKind_RULE_KIND_RULE
	}
	if v.event != "" {
		out.EventDate = wire.DateProto(v.on)
	}
	return out
}

// everything is all intervals of a person, by item, event and first day: of
// indicators what counts in the numbers, of rules the days of entitlement.
func everything(who *facts.Resident, at *coverage.State) []interval {
	var out []interval
	ids := at.Deriver.Indicators()
	for _, row := range at.Deriver.Rows(who, at.World) {
		for i := range row.Pieces {
			p := &row.Pieces[i]
			if int(p.Key) < len(ids) {
				out = append(out, interval{item: ids[p.Key], from: p.From, to: p.To, covered: p.Covered, village: row.Village, event: p.EventID, on: p.On})
			}
		}
	}
	for _, rule := range at.Deriver.Packs().Timelines(who, at.World) {
		for _, days := range rule.Days {
			out = append(out, interval{item: rule.Rule, rule: true, from: days.From, to: days.To})
		}
	}
	slices.SortFunc(out, func(a, b interval) int {
		return cmp.Or(strings.Compare(a.item, b.item), strings.Compare(a.event, b.event), cmp.Compare(a.from, b.from), strings.Compare(a.village, b.village))
	})
	return out
}

// livesIn is where a person lives on a day; "" when nowhere.
func livesIn(who *facts.Resident, w *facts.World, day civil.Date) string {
	for _, s := range who.Stays(w, facts.ByArrival, nil) {
		if s.Known() && s.From <= day && day < s.To {
			return s.Village()
		}
	}
	return ""
}

func positionsOf(list []coverage.Following) []*aggregatorv1.FeedPosition {
	var out []*aggregatorv1.FeedPosition
	for _, f := range list {
		out = append(out, &aggregatorv1.FeedPosition{Source: f.Source, Epoch: f.Epoch, Position: f.Position, Head: f.Head, Alarm: f.Alarm})
	}
	return out
}
