package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"google.golang.org/genproto/googleapis/type/date"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/show"
)

type residentExplain struct {
	connected
	listing
	person
	Date  day      `placeholder:"2026-06-30" help:"哪一天，默认今天。The day; today by default."`
	Rules []string `name:"rule" sep:"," placeholder:"ID" help:"只解释这些规则或指标，可重复。Only these rules or indicators; repeatable."`
}

// Help says what the marks mean.
func (residentExplain) Help() string {
	return "✓ 条件成立 holds，✗ 不成立 does not hold；· 是依据的记录 the records it was decided by。日期是该状态的起止 dates are those of the present state."
}

// Run asks and prints.
func (c residentExplain) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		id, err := c.resolve(a, s)
		if err != nil {
			return err
		}
		resp, err := s.Aggregator.GetEligibility(a.ctx, &aggregatorv1.GetEligibilityRequest{ResidentId: id, AsOfDate: c.Date.proto(), RuleIds: c.Rules})
		if err != nil {
			return err
		}
		switch c.Output {
		case show.JSON:
			return show.Message(a.Out, resp)
		case show.CSV:
			return rulesTable(resp).Write(a.Out, show.CSV)
		}
		return writeExplanation(a.ctx, a.Out, newDirectory(s), id, resp)
	})
}

func rulesTable(resp *aggregatorv1.GetEligibilityResponse) *show.Table {
	t := &show.Table{Columns: []show.Column{{Key: "rule_id"}, {Key: "name"}, {Key: "kind"}, {Key: "eligible"}, {Key: "eligible_from"}, {Key: "eligible_until"}, {Key: "covered"}, {Key: "next_change"}, {Key: "reason"}, {Key: "awaits"}}}
	for _, r := range resp.GetRules() {
		var covered any
		if hasSides(r) {
			covered = r.GetCovered()
		}
		t.Add(r.GetRuleId(), r.GetName(), kindWord(r.GetKind()), r.GetEligible(), dateText(r.GetEligibleFromDate()), dateText(r.GetEligibleUntilDate()),
			covered, dateText(r.GetNextChangeDate()), r.GetReason(), orNil(r.GetAwaits()))
	}
	return t
}

// hasSides says whether somebody may be covered or not: under a rule or a plain count
// nobody is.
func hasSides(r *aggregatorv1.RuleEligibility) bool {
	return r.GetKind() == aggregatorv1.RuleKind_RULE_KIND_INDICATOR && !r.GetPlain()
}

func kindWord(k aggregatorv1.RuleKind) string {
	return strings.ToLower(strings.TrimPrefix(k.String(), "RULE_KIND_"))
}

var kindNames = map[aggregatorv1.RuleKind]string{
	aggregatorv1.RuleKind_RULE_KIND_RULE:      "规则 rule",
	aggregatorv1.RuleKind_RULE_KIND_INDICATOR: "指标 indicator",
}

func writeExplanation(ctx context.Context, w io.Writer, names *directory, id string, resp *aggregatorv1.GetEligibilityResponse) error {
	e := &explanation{}
	e.line(0, "居民 Resident %s · 政策包 pack %s", id, resp.GetPackId())
	if resp.GetDivision() == "" {
		e.line(0, "当日不在本地居住 lives nowhere here on the day")
	} else {
		e.line(0, "居住 Lives in %s", shownText(names.division(ctx, resp.GetDivision())))
	}
	for _, r := range resp.GetRules() {
		e.text.WriteString("\n")
		e.rule(r)
	}
	for _, note := range lagging(resp.GetPositions()) {
		e.line(0, "%s", note)
	}
	_, err := io.WriteString(w, e.text.String())
	return err
}

func shownText(v any) string {
	switch v := v.(type) {
	case nil:
		return "—"
	case show.Cell:
		return v.Shown
	}
	return fmt.Sprint(v)
}

// explanation is lines of text, two blanks deeper for each level of a tree.
type explanation struct{ text strings.Builder }

func (e *explanation) line(depth int, format string, args ...any) {
	e.text.WriteString(strings.Repeat("  ", depth) + strings.TrimRight(show.Printable(fmt.Sprintf(format, args...)), " ") + "\n")
}

func (e *explanation) rule(r *aggregatorv1.RuleEligibility) {
	if r.GetAwaits() != "" {
		e.line(0, "? %s %s [%s] %s: %s", r.GetRuleId(), r.GetName(), kindNames[r.GetKind()], noSource, r.GetAwaits())
		return
	}
	e.line(0, "%s %s %s [%s]", mark(r.GetEligible()), r.GetRuleId(), r.GetName(), kindNames[r.GetKind()])
	e.line(1, "应服务 eligible: %s %s", yes(r.GetEligible()), span(r.GetEligible(), r.GetEligibleFromDate(), r.GetEligibleUntilDate()))
	if hasSides(r) {
		e.line(1, "已服务 covered: %s", yes(r.GetCovered()))
	}
	if r.GetReason() != "" {
		e.line(1, "原因 reason: %s", r.GetReason())
	}
	if next := dateText(r.GetNextChangeDate()); next != nil {
		e.line(1, "下次变化 next change: %s", next)
	}
	e.tree("为什么 why", r.GetWhy())
	e.tree("服务情况 service", r.GetWhyCovered())
	for _, c := range r.GetCitations() {
		e.line(1, "依据 clause: 《%s》%s %s", strings.Trim(c.GetDocument(), "《》"), c.GetClause(), c.GetText())
	}
}

func (e *explanation) tree(title string, n *aggregatorv1.Node) {
	if n != nil {
		e.line(1, "%s:", title)
		e.node(2, n)
	}
}

func (e *explanation) node(depth int, n *aggregatorv1.Node) {
	text := n.GetText()
	if text == "" {
		text = n.GetPredicate()
	}
	e.line(depth, "%s %s %s", mark(n.GetHolds()), text, span(n.GetHolds(), n.GetFromDate(), n.GetUntilDate()))
	for _, f := range n.GetFacts() {
		e.line(depth+1, "· %s %s [%s]", f.GetKind(), f.GetText(), f.GetFactId())
	}
	for _, child := range n.GetChildren() {
		e.node(depth+1, child)
	}
}

func mark(holds bool) string {
	if holds {
		return "✓"
	}
	return "✗"
}

func yes(b bool) string {
	if b {
		return "是 yes"
	}
	return "否 no"
}

// span shows the days of a state: those of the present one when it holds, of the
// next one when it does not.
func span(now bool, from, until *date.Date) string {
	first, last := dateText(from), dateText(until)
	if from.GetYear() == 1 { // the calendar's first day: it has always been so
		first = nil
	}
	var text string
	switch {
	case first == nil && last == nil:
		return ""
	case last == nil:
		text = fmt.Sprintf("%s 起 from", first)
	case first == nil:
		text = fmt.Sprintf("%s 止 until", last)
	default:
		text = fmt.Sprintf("%s 至 to %s", first, last)
	}
	if !now {
		text = "下次 next: " + text
	}
	return "（" + text + "）"
}
