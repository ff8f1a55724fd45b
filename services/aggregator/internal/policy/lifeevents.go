package policy

import (
	"fmt"
	"strconv"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
)

// births: each resident's own birth, on the day of birth. It counts where the
// child lives on that day or, if that is not known, where the mother does.
type births struct{}

func (*births) among() happening { return birth }

func (*births) takes(*facts.Resident, *event) bool { return true }

func (*births) text() Text  { return Text{"出生", "birth"} }
func (*births) check() Text { return Text{} }

// deaths: each resident's death, of an age where one is asked, or maternal: in
// pregnancy or up to 42 days after its end, however it ended.
type deaths struct {
	From     *ageSpan `yaml:"from"`   // completed, on the day
	Before   *ageSpan `yaml:"before"` // not yet reached
	Maternal bool     `yaml:"maternal"`
	Days     int      `yaml:"days"` // after the end of the pregnancy; default 42
}

func (*deaths) among() happening { return death }

func (s *deaths) takes(r *facts.Resident, ev *event) bool {
	on, born := ev.on, r.Person.Birth
	switch {
	case (s.From != nil || s.Before != nil) && (born == civil.None || on < born): // of no age
		return false
	case s.From != nil && on < s.From.after(born), s.Before != nil && on >= s.Before.after(born):
		return false
	}
	return !s.Maternal || s.afterPregnancy(r, on)
}

func (s *deaths) days() int {
	if s.Days > 0 {
		return s.Days
	}
	return 42
}

func (s *deaths) afterPregnancy(r *facts.Resident, on civil.Date) bool {
	for i := range r.Pregnancies {
		v, ok := (&pregnant{}).span(&r.Pregnancies[i])
		if ok && r.Pregnancies[i].Ended != civil.None {
			v.To = v.To.AddDays(s.days() + 1)
		}
		if !ok && r.Pregnancies[i].Ended != civil.None {
			ended := r.Pregnancies[i].Ended
			v.From, v.To, ok = ended, ended.AddDays(s.days()+1), true
		}
		if ok && v.From <= on && on < v.To {
			return true
		}
	}
	return false
}

func (s *deaths) text() Text {
	t := Text{"死亡", "death"}
	if s.Maternal {
		t = Text{fmt.Sprintf("孕产妇死亡（孕期至终止后%d天内）", s.days()), fmt.Sprintf("maternal death (pregnant or within %d days after)", s.days())}
	}
	if s.From != nil {
		w := s.From.text()
		t.Chinese, t.English = t.Chinese+"，满"+w.Chinese, t.English+", aged "+w.English+" or more"
	}
	if s.Before != nil {
		w := s.Before.text()
		t.Chinese, t.English = t.Chinese+"，未满"+w.Chinese, t.English+", under "+w.English
	}
	return t
}

func (s *deaths) check() Text {
	at := civil.Of(2001, 1, 1) // any day will do
	switch {
	case s.Days < 0 || s.Days > 0 && !s.Maternal:
		return Text{"days 只用于 maternal，且不能为负", "days is for maternal only, and must not be negative"}
	case s.From != nil && s.Before != nil && s.From.after(at) >= s.Before.after(at):
		return Text{"before 须大于 from", "before must be greater than from"}
	}
	return Text{}
}

// ageSpan is an age in the data: 28d, 12m or 5y.
type ageSpan struct {
	Months months
	Days   int
}

func (a *ageSpan) UnmarshalText(b []byte) error {
	if n := len(b); n > 1 && b[n-1] == 'd' {
		d, err := strconv.Atoi(string(b[:n-1]))
		if err != nil || d < 0 || d > 36500 {
			return errAgeSpan
		}
		*a = ageSpan{Days: d}
		return nil
	}
	*a = ageSpan{}
	if a.Months.UnmarshalText(b) != nil {
		return errAgeSpan
	}
	return nil
}

var errAgeSpan = fmt.Errorf("an age is a number with d, m or y, such as 28d, 12m, 5y")

func (a *ageSpan) after(birth civil.Date) civil.Date {
	return birth.AddMonths(int(a.Months)).AddDays(a.Days)
}

func (a *ageSpan) text() Text {
	if a.Days > 0 {
		return Text{fmt.Sprintf("%d天", a.Days), fmt.Sprintf("%d days", a.Days)}
	}
	return a.Months.text()
}
