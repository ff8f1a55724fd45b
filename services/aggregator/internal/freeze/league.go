package freeze

import (
	"slices"

	"xinju.dev/services/aggregator/internal/answers"
	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/aggregator/internal/report"
	"xinju.dev/services/platform/civil"
)

// maxPeers bounds a league of a report: nobody reads more, and numbers are taken
// while nothing else moves.
const maxPeers = 500

// league ranks the divisions below by each indicator, against the end of the
// quarter before.
func (p *plan) league(v coverage.View, t *taking, req *report.Request) (earlier civil.Date, out []report.Standing) {
	earlier = quarterBefore(req.AsOf)
	codes := answers.Ranked(v.World(), req.Division, facts.Level(req.GroupLevel), req.AsOf)
	if len(codes) == 0 || len(codes) > maxPeers {
		return earlier, nil
	}
	for _, c := range p.columns {
		l := t.asker.League(answers.LeagueQuery{Pack: p.pack, Codes: codes, Column: c, Day: req.AsOf, Before: earlier})
		for _, s := range slices.Concat(l.Ranked, l.Unranked) {
			x := standingOf(v, &s, req.AsOf)
			t.wants(&s.Row, x.Number.Level)
			x.Number.Headline = p.first(s.Row.Indicator)
			if l.Better == policy.Neither && x.Unranked == "" {
				x.Unranked = l.Better.Text().Chinese // what its place in the table does not say
			}
			out = append(out, x)
		}
	}
	return earlier, out
}

func standingOf(v coverage.View, s *answers.Standing, day civil.Date) report.Standing {
	level := nodeOf(v.World(), s.Row.Place.Code, day).Level
	out := report.Standing{
		Number: numberFrom(&s.Row, level), Rank: s.Rank, Before: s.RankBefore, Earlier: numberFrom(&s.Before, level).Value,
		Level: int(s.Warning), Warned: s.Warned.Chinese, Unranked: s.Unranked.Chinese, Projected: s.Projected,
	}
	if s.Warned == (policy.Text{}) {
		out.Level = int(answers.NoWarning)
	}
	return out
}

// quarterBefore is the last day of the quarter before the one that holds the day.
func quarterBefore(day civil.Date) civil.Date { return policy.Quarter.Start(day).AddDays(-1) }
