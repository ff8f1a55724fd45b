package rpc

import (
	"context"
	"slices"

	"xinju.dev/services/aggregator/internal/answers"
	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/wire"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"google.golang.org/genproto/googleapis/type/date"
)

const (
	maxDivisions = 1000
	maxItems     = 200 // indicators or rules named in one request
	maxRows      = 20_000
	maxPoints    = 120
)

// GetCoverage implements aggregatorv1.AggregatorServiceServer.
func (s *Server) GetCoverage(ctx context.Context, req *aggregatorv1.GetCoverageRequest) (*aggregatorv1.GetCoverageResponse, error) {
	var c wire.Check
	day := s.day(&c, "as_of_date", req.GetAsOfDate())
	if n := len(req.GetDivisions()); n == 0 && len(req.GetUnitIds()) == 0 || n > maxDivisions {
		c.Refuse("divisions", "应为 1 到 1000 个 1 to 1,000 codes")
	}
	for _, code := range req.GetDivisions() {
		division(&c, "divisions", code)
	}
	if len(req.GetUnitIds()) > maxDivisions {
		c.Refuse("unit_ids", "最多 1000 个 at most 1,000")
	}
	if len(req.GetIndicatorIds()) > maxItems {
		c.Refuse("indicator_ids", "最多 200 个 at most 200")
	}
	if l := req.GetGroupLevel(); l < 0 || l > int32(facts.Village) {
		c.Refuse("group_level", "应为 0 到 5 between 0 and 5")
	}
	role := unitRole(&c, req.GetUnitRole())
	if err := c.Err(); err != nil {
		return nil, err
	}
	var resp *aggregatorv1.GetCoverageResponse
	err := s.ask(ctx, func(a *answers.Asker, v coverage.View) error {
		resp = &aggregatorv1.GetCoverageResponse{AsOfDate: wire.DateProto(day), Positions: positions(v)}
		q := coverageQuery{a: a, v: v, resp: resp, ids: req.GetIndicatorIds(), headlines: req.GetHeadlinesOnly(), day: day}
		if req.GetGroupLevel() == 0 && req.GetUnitRole() == 0 {
			a.Prepare(req.GetDivisions(), day)
		}
		for _, code := range req.GetDivisions() {
			if err := q.division(code, facts.Level(req.GetGroupLevel()), req); err != nil {
				return err
			}
		}
		for _, id := range req.GetUnitIds() {
			if err := q.unit(id, role); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return resp, nil
}

// unitRole reads in which sense units are asked about; unspecified is manager.
func unitRole(c *wire.Check, role aggregatorv1.UnitRole) answers.By {
	switch role {
	case aggregatorv1.UnitRole_UNIT_ROLE_UNSPECIFIED, aggregatorv1.UnitRole_UNIT_ROLE_MANAGER:
		return answers.ByManager
	case aggregatorv1.UnitRole_UNIT_ROLE_PROVIDER:
		return answers.ByProvider
	}
	c.Refuse("unit_role", "不是可选值 not one of the values")
	return 0
}

// coverageQuery collects the rows of one GetCoverage.
type coverageQuery struct {
	a    *answers.Asker
	v    coverage.View
	resp *aggregatorv1.GetCoverageResponse
	ids  []string
	day  civil.Date

	headlines bool // of what is not named those alone

	asked   *policy.Pack // whose columns these are
	columns []answers.Column
	rows    []answers.Row // room for those of a place
	froms   []periodFrom
}

// periodFrom is the first day of a period, one message for all rows that have it.
type periodFrom struct {
	day     civil.Date
	message *date.Date
}

func (q *coverageQuery) from(day civil.Date) *date.Date {
	if day == civil.None {
		return nil
	}
	for i := range q.froms {
		if q.froms[i].day == day {
			return q.froms[i].message
		}
	}
	q.froms = append(q.froms, periodFrom{day, wire.DateProto(day)})
	return q.froms[len(q.froms)-1].message
}

// division adds the rows of one division, broken down by level or by unit.
func (q *coverageQuery) division(code string, level facts.Level, req *aggregatorv1.GetCoverageRequest) error {
	pack, err := answers.PackFor(q.v, code, q.day)
	if err != nil {
		return err
	}
	if req.GetUnitRole() != 0 && len(req.GetUnitIds()) == 0 {
		return q.add(pack, answers.ByUnit(q.v.World(), code, answers.By(req.GetUnitRole()), q.day))
	}
	parts := answers.Below(q.v.World(), code, level, q.day)
	q.a.Prepare(parts, q.day)
	list := make([]answers.Place, len(parts))
	for i, part := range parts {
		list[i] = answers.DivisionPlace(q.v.World(), part, q.day)
	}
	return q.add(pack, list)
}

// unit adds the rows of one unit, by the pack of the division where it stands.
func (q *coverageQuery) unit(id string, by answers.By) error {
	at, err := answers.UnitPlace(q.v.World(), id, by, "")
	if err != nil {
		return err
	}
	pack, err := answers.PackOfUnit(q.v, id, q.day)
	if err != nil {
		return err
	}
	return q.add(pack, []answers.Place{at})
}

// chosen is what is asked of a pack: what is named, else everything or, with
// headlines, what the pack shows first; and how much that leaves out.
func chosen(v coverage.View, pack *policy.Pack, ids []string, headlines bool) (columns []answers.Column, left int32, err error) {
	columns, err = answers.Columns(v, pack, ids)
	if err != nil || !headlines || len(ids) > 0 {
		return columns, 0, err
	}
	first := answers.Headlines(v, pack)
	return first, int32(len(columns) - len(first)), nil
}

func (q *coverageQuery) add(pack *policy.Pack, list []answers.Place) error {
	if q.resp.PackId == "" {
		q.resp.PackId = pack.ID
	}
	if q.asked != pack {
		columns, left, err := chosen(q.v, pack, q.ids, q.headlines)
		if err != nil {
			return err
		}
		if q.asked == nil {
			q.resp.LeftOutCount = left
		}
		q.asked, q.columns = pack, columns
	}
	if len(q.resp.Rows)+len(q.columns)*len(list) > maxRows {
		return ErrTooLarge
	}
	slab := make([]aggregatorv1.CoverageRow, len(q.columns)*len(list))
	q.resp.Rows = slices.Grow(q.resp.Rows, len(slab))
	for _, at := range list {
		q.rows = q.a.AppendRows(q.rows[:0], pack, at, q.columns, q.day)
		for i := range q.rows {
			rowInto(&slab[i], &q.rows[i], q.resp.AsOfDate, q.from(q.rows[i].From))
			q.resp.Rows = append(q.resp.Rows, &slab[i])
		}
		slab = slab[len(q.rows):]
	}
	return nil
}
