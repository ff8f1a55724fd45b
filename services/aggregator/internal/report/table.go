package report

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
)

// Form is a form that is made of a report, numbered as ReportForm of the API.
type Form int

// The forms.
const (
	SelfForm   Form = 1 // 自评表
	SelfReport Form = 2 // 自评报告
	Ledger     Form = 3 // 台账
	Bulletin   Form = 4 // 季度通报
)

// Name is the form's name for people.
func (f Form) Name() string {
	return map[Form]string{SelfForm: "自评表", SelfReport: "自评报告", Ledger: "工作台账", Bulletin: "季度通报"}[f]
}

// field is one column of a form: the placeholder {key} in a template's row, the
// title that the built-in template and CSV show, and the key of JSON.
type field struct{ key, title string }

var numberFields = []field{
	{"division", "区划"},
	{"division_name", "区划名称"},
	{"indicator", "指标编号"},
	{"name", "指标"},
	{"target", "目标"},
	{"value", "完成值"},
	{"n", "完成数（分子）"},
	{"d", "应完成数（分母）"},
	{"gap", "差额"},
	{"evidence", "佐证（打开名单）"},
	{"remark", "备注"},
}

var ledgerFields = []field{
	{"indicator", "指标编号"},
	{"name", "指标"},
	{"resident", "居民编号"},
	{"village", "村居"},
	{"village_name", "村居名称"},
	{"date", "日期"},
	{"state", "状态"},
	{"count", "计数"},
	{"unit", "负责机构"},
	{"source", "原始记录编号"},
	{"until", "状态至"},
	{"record", "佐证记录编号"},
	{"record_kind", "记录种类"},
	{"record_date", "记录日期"},
	{"record_unit", "记录机构"},
}

func (f Form) fields() []field {
	switch f {
	case Ledger:
		return ledgerFields
	case Bulletin:
		return leagueFields
	}
	return numberFields
}

// Lines gives every line of a report to each, in order.
type Lines func(each func(*Line) error) error

// rows gives every row of a form to each: text, int64, an exact fraction, or nil
// where there is nothing to say, in the order of the fields. The slice is used again.
func (f Form) rows(r *Report, lines Lines, each func(row []any) error) error {
	switch f {
	case Ledger:
		return ledgerRows(r.Content, lines, each)
	case Bulletin:
		for _, s := range r.league() {
			if err := each(leagueRow(r, s)); err != nil {
				return err
			}
		}
		return nil
	}
	for _, n := range r.numbers() {
		if err := each(numberRow(r, n)); err != nil {
			return err
		}
	}
	return nil
}

// ListCommand opens a number of a report into its list, a ratio into its terms; ""
// when the report keeps none.
func ListCommand(c *Content, n *Number) string {
	what := "members"
	switch {
	case n.Of != nil && n.Awaits == "":
		what = "terms"
	case !c.WithLists || !n.Opens:
		return ""
	}
	command := fmt.Sprintf("xinju report %s %s --division %s --indicator %s", what, c.ID, n.Division, n.Indicator)
	if n.Day != civil.None && n.Day != c.AsOf {
		command += " --date " + n.Day.String()
	}
	return command
}

func numberRow(r *Report, n *Number) []any {
	num, den := counts(n)
	return []any{
		n.Division, n.DivisionName, n.Indicator, n.Name, text(n.TargetText), text(n.Value), num, den, gap(n),
		text(ListCommand(r.Content, n)), text(remark(n)),
	}
}

// counts are numerator and denominator as a form shows them. A plain count has
// neither: it is the value.
func counts(n *Number) (num, den any) {
	switch {
	case n.Awaits != "" || n.Plain:
		return nil, nil
	case n.Num != "" || n.Den != "":
		return exact(n.Num), exact(n.Den)
	}
	return int64(n.Covered), int64(n.Eligible)
}

func gap(n *Number) any {
	if !n.HasGap() {
		return nil
	}
	return n.Gap
}

// remark says why there is no value, and what a value lacks.
func remark(n *Number) string {
	var out []string
	switch {
	case n.NotCounted:
		out = append(out, n.Awaits)
	case n.Awaits != "":
		out = append(out, "暂无数据来源："+n.Awaits)
	case n.Value == "":
		out = append(out, empty(n)...)
	}
	if len(n.Lacking) > 0 {
		out = append(out, "数据未全部计入："+strings.Join(n.Lacking, "、"))
	}
	return strings.Join(out, "；")
}

// empty says why a number that is counted has no value; nothing where what it
// lacks says it, since nobody knows then whether there is anybody to serve.
func empty(n *Number) []string {
	var missing []string
	for _, f := range n.Figures {
		if f.Value == "" && !slices.Contains(missing, f.ID) {
			missing = append(missing, f.ID)
		}
	}
	switch {
	case len(missing) > 0:
		return []string{"未录入外部数据：" + strings.Join(missing, "、")}
	case len(n.Lacking) > 0:
		return nil
	case n.Den == "0":
		return []string{"分母为0"}
	case !n.Opens:
		return []string{"构成项没有数值"}
	}
	return []string{"没有应服务对象"}
}

func ledgerRows(c *Content, lines Lines, each func([]any) error) error {
	if !c.WithLists {
		return ErrWithoutLists
	}
	places := map[string]string{}
	for _, n := range c.Tree {
		places[n.Code] = n.Name
	}
	names := map[string]string{}
	for i := range c.Numbers {
		names[c.Numbers[i].Indicator] = c.Numbers[i].Name
	}
	row := make([]any, len(ledgerFields))
	return lines(func(l *Line) error {
		at, known := c.ColumnAt(l.Indicator)
		switch {
		case !known:
			return errDamaged
		case !c.Shown(l.Indicator):
			return nil // behind a term of a ratio, and behind no number of the form
		}
		id := at.Indicator
		on, source := l.From, l.Evidence.ID
		if l.EventID != "" {
			on, source = l.On, l.EventID
		}
		state := "未完成"
		if l.Covered {
			state = "已完成"
		}
		var until any
		if l.To != civil.None && l.To < civil.Forever {
			until = l.To.AddDays(-1).String()
		}
		copy(row, []any{
			id, text(names[id]), l.ResidentID, l.Village, text(places[l.Village]), text(on.String()), state, int64(l.Weight), text(l.UnitID), text(source), until,
			text(l.Evidence.ID), kindText(l.Evidence.Kind), text(l.Evidence.On.String()), text(l.Evidence.UnitID),
		})
		return each(row)
	})
}

// kindText is what a kind of records is called; as it is when nobody knows it.
func kindText(key string) any {
	if w, ok := facts.KindNamed(key); ok {
		return w.Chinese
	}
	return text(key)
}

// text is nil for what is empty.
func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// fraction is an exact number that is not whole, such as 251690/3611: JSON has it
// so, people read it with two decimals.
type fraction string

// exact is a number of a ratio; nil without one.
func exact(s string) any {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n
	}
	if s == "" {
		return nil
	}
	return fraction(s)
}

func (f fraction) rat() (*big.Rat, bool) { return new(big.Rat).SetString(string(f)) }

// cell is a value as text.
func cell(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case int64:
		return strconv.FormatInt(v, 10)
	case string:
		return v
	case fraction:
		if n, ok := v.rat(); ok {
			return n.FloatString(2)
		}
	}
	return fmt.Sprint(v)
}

// early says that the quarter of a bulletin is not over on the day of the report;
// "" when it is, and for other forms.
func (f Form) early(c *Content) string {
	y, m, d := c.AsOf.YMD()
	if f != Bulletin || c.AsOf == civil.None || m%3 == 0 && d == civil.DaysIn(y, m) {
		return ""
	}
	return "（本季度尚未结束 the quarter is not over）"
}
