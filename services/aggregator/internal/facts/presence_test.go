package facts

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"xinju.dev/services/platform/civil"
)

var day = civil.Must

// demoWorld is two counties of one city and one of another, with two townships
// and villages in the first.
func demoWorld() *World {
	return NewWorld([]Division{
		{Code: "990000000000", Name: "演示省", Level: Province},
		{Code: "990100000000", Name: "演示市", Level: Prefecture, Parent: "990000000000"},
		{Code: "990200000000", Name: "另一市", Level: Prefecture, Parent: "990000000000"},
		{Code: "990101000000", Name: "甲区", Level: County, Parent: "990100000000"},
		{Code: "990102000000", Name: "乙区", Level: County, Parent: "990100000000"},
		{Code: "990221000000", Name: "丙县", Level: County, Parent: "990200000000"},
		{Code: "990101100000", Name: "一镇", Level: Township, Parent: "990101000000"},
		{Code: "990101101000", Name: "二镇", Level: Township, Parent: "990101000000"},
		{Code: "990102100000", Name: "三镇", Level: Township, Parent: "990102000000"},
		{Code: "990221100000", Name: "四镇", Level: Township, Parent: "990221000000"},
		{Code: "990101100201", Name: "东村", Level: Village, Parent: "990101100000"},
		{Code: "990101100202", Name: "西村", Level: Village, Parent: "990101100000"},
		{Code: "990101101201", Name: "南村", Level: Village, Parent: "990101101000"},
		{Code: "990102100201", Name: "北村", Level: Village, Parent: "990102100000"},
		{Code: "990221100201", Name: "中村", Level: Village, Parent: "990221100000"},
	}, nil)
}

const (
	east  = "990101100201"
	south = "990101101201"
	north = "990102100201"
)

func stay(id, village, arrived, left string) Residence {
	r := Residence{Key: Key{ID: id}, Division: village, Arrived: day(arrived)}
	if left != "" {
		r.Left = day(left)
	}
	return r
}

func TestPresence(t *testing.T) {
	for _, c := range []struct {
		name  string
		death string
		stays []Residence
		want  []string
	}{
		{"the day of leaving is the last one", "", []Residence{stay("1", east, "2025-01-15", "2025-03-01")}, []string{east + " 2025-01-15–2025-03-02"}},
		{"without a departure it goes on", "", []Residence{stay("1", east, "2025-01-15", "")}, []string{east + " 2025-01-15–9999-12-31"}},
		{
			"the latest arrival cuts the earlier stay, for good", "",
			[]Residence{stay("1", east, "2025-01-01", ""), stay("2", south, "2025-02-01", "2025-02-28")},
			[]string{east + " 2025-01-01–2025-02-01", south + " 2025-02-01–2025-03-01"},
		},
		{
			"the order of the facts does not matter", "",
			[]Residence{stay("2", south, "2025-02-01", "2025-02-28"), stay("1", east, "2025-01-01", "")},
			[]string{east + " 2025-01-01–2025-02-01", south + " 2025-02-01–2025-03-01"},
		},
		{
			"of two arrivals on one day the later record stands", "",
			[]Residence{stay("2", south, "2025-01-01", ""), stay("1", east, "2025-01-01", "")},
			[]string{south + " 2025-01-01–9999-12-31"},
		},
		{"death ends it on that day, inclusive", "2025-02-10", []Residence{stay("1", east, "2025-01-01", "")}, []string{east + " 2025-01-01–2025-02-11"}},
		{"a stay that begins after death is none", "2025-02-10", []Residence{stay("1", east, "2025-03-01", "")}, nil},
		{"a departure before the arrival leaves no day", "", []Residence{stay("1", east, "2025-03-01", "2025-02-01")}, nil},
		{"one day", "", []Residence{stay("1", east, "2025-03-01", "2025-03-01")}, []string{east + " 2025-03-01–2025-03-02"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Resident{Residences: c.stays}
			if c.death != "" {
				r.Person.Death = day(c.death)
			}
			var got []string
			for _, s := range r.Stays(demoWorld(), ByArrival, nil) {
				to := s.To.String()
				if s.To == civil.Forever {
					to = "9999-12-31"
				}
				got = append(got, fmt.Sprintf("%s %s–%s", s.Village(), s.From, to))
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestTheFirstDayOfAStayByEachReading(t *testing.T) {
	all := Residence{Key: Key{ID: "1"}, Division: east, Arrived: day("2025-01-01"), Registered: day("2025-01-20"), FirstSeen: day("2025-01-10")}
	noArrival := all
	noArrival.Arrived = civil.None
	onlySeen := Residence{Key: Key{ID: "1"}, Division: east, FirstSeen: day("2025-01-10")}
	for _, c := range []struct {
		name  string
		stay  Residence
		start Start
		want  civil.Date
	}{
		{"arrival is the default", all, ByArrival, day("2025-01-01")},
		{"without an arrival the registration", noArrival, ByArrival, day("2025-01-20")},
		{"without both the first sight", onlySeen, ByArrival, day("2025-01-10")},
		{"registration alone", all, ByRegistration, day("2025-01-20")},
		{"an unregistered stay has no first day by registration", onlySeen, ByRegistration, civil.None},
		{"first sight alone", all, ByFirstSight, day("2025-01-10")},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Resident{Residences: []Residence{c.stay}}
			got := civil.None
			if s := r.Stays(demoWorld(), c.start, nil); len(s) > 0 {
				got = s[0].From
			}
			if got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// livedOn is "has lived at this level for n months" on a day.
func livedOn(r *Resident, level Level, maxGap, months int, mode civil.Counting, on civil.Date) (start civil.Date, lived bool) {
	stays := r.Stays(demoWorld(), ByArrival, nil)
	starts := Spells(stays, level, maxGap, nil)
	for i, s := range stays {
		if s.From <= on && on < s.To {
			return starts[i], civil.Lived(starts[i], months, mode) <= on
		}
	}
	return civil.None, false
}

func TestWorkedEpisodes(t *testing.T) {
	one := []Residence{stay("1", east, "2025-01-15", "")}
	gap15 := []Residence{stay("1", east, "2025-03-01", "2025-05-10"), stay("2", east, "2025-05-26", "")}
	gap30 := []Residence{stay("1", east, "2025-03-01", "2025-04-25"), stay("2", east, "2025-05-26", "")}
	gap31 := []Residence{stay("1", east, "2025-03-01", "2025-04-24"), stay("2", east, "2025-05-26", "")}
	moved := []Residence{stay("1", east, "2025-03-01", "2025-04-30"), stay("2", south, "2025-05-01", "")}
	away := []Residence{stay("1", east, "2025-03-01", "2025-04-30"), stay("2", north, "2025-05-01", "")}
	august := []Residence{stay("1", east, "2025-08-31", "")}
	left := []Residence{stay("1", east, "2025-01-01", "2025-09-30")}
	for _, c := range []struct {
		name                  string
		stays                 []Residence
		level                 Level
		gap, months           int
		on, start             string
		civilWay, anniversary bool
	}{
		{"E01 three months on the corresponding day", one, County, 0, 3, "2025-04-15", "2025-01-15", false, true},
		{"E02 the day after", one, County, 0, 3, "2025-04-16", "2025-01-15", true, true},
		{"the day before E01", one, County, 0, 3, "2025-04-14", "2025-01-15", false, false},
		{"E05 fifteen days away without bridging", gap15, County, 0, 3, "2025-06-02", "2025-05-26", false, false},
		{"E06 fifteen days away, bridged", gap15, County, 30, 3, "2025-06-02", "2025-03-01", true, true},
		{"as E06, matured on the first of June by anniversary", gap15, County, 30, 3, "2025-06-01", "2025-03-01", false, true},
		{"E08 thirty days away, bridged", gap30, County, 30, 3, "2025-06-02", "2025-03-01", true, true},
		{"thirty-one days away are too many", gap31, County, 30, 3, "2025-06-02", "2025-05-26", false, false},
		{"E10 31 August and six months, on the last of February", august, County, 0, 6, "2026-02-28", "2025-08-31", false, true},
		{"E11 and the day after", august, County, 0, 6, "2026-03-01", "2025-08-31", true, true},
		{"a move inside the county keeps its clock", moved, County, 30, 3, "2025-06-02", "2025-03-01", true, true},
		{"a move inside the county restarts that of the township", moved, Township, 30, 3, "2025-06-02", "2025-05-01", false, false},
		{"a move to another county restarts its clock", away, County, 30, 3, "2025-06-02", "2025-05-01", false, false},
		{"a move to another county keeps that of the city", away, Prefecture, 30, 3, "2025-06-02", "2025-03-01", true, true},
		{"E14 somebody who left is not resident", left, County, 0, 6, "2025-12-31", "", false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := &Resident{Residences: c.stays}
			want := civil.None
			if c.start != "" {
				want = day(c.start)
			}
			start, got := livedOn(r, c.level, c.gap, c.months, civil.Civil, day(c.on))
			if start != want || got != c.civilWay {
				t.Errorf("civil: from %s, lived %t", start, got)
			}
			if _, got := livedOn(r, c.level, c.gap, c.months, civil.Anniversary, day(c.on)); got != c.anniversary {
				t.Errorf("anniversary: lived %t", got)
			}
		})
	}
}

func TestSomebodyAwayDuringABridgedGapIsNotPresentAndTheClockGoesOn(t *testing.T) {
	r := &Resident{Residences: []Residence{stay("1", east, "2025-03-01", "2025-05-10"), stay("2", east, "2025-05-26", "")}}
	if _, lived := livedOn(r, County, 30, 2, civil.Anniversary, day("2025-05-20")); lived {
		t.Error("counted while away")
	}
	if _, lived := livedOn(r, County, 30, 2, civil.Anniversary, day("2025-05-26")); !lived {
		t.Error("not counted on the day of return")
	}
}

func TestWorkedDatesOfLivingForMonths(t *testing.T) {
	for _, c := range []struct {
		start    string
		months   int
		last     string // the corresponding day, from which anniversary counts
		eligible string // by civil counting
	}{
		{"2025-01-15", 3, "2025-04-15", "2025-04-16"},
		{"2025-11-28", 3, "2026-02-28", "2026-03-01"},
		{"2025-11-29", 3, "2026-02-28", "2026-03-01"},
		{"2023-11-29", 3, "2024-02-29", "2024-03-01"},
		{"2025-08-28", 6, "2026-02-28", "2026-03-01"},
		{"2025-08-29", 6, "2026-02-28", "2026-03-01"},
		{"2025-08-30", 6, "2026-02-28", "2026-03-01"},
		{"2025-08-31", 6, "2026-02-28", "2026-03-01"},
		{"2023-08-31", 6, "2024-02-29", "2024-03-01"},
		{"2024-02-29", 3, "2024-05-29", "2024-05-30"},
		{"2024-02-29", 6, "2024-08-29", "2024-08-30"},
		{"2024-02-29", 48, "2028-02-29", "2028-03-01"},
		{"2025-02-28", 3, "2025-05-28", "2025-05-29"},
		{"2025-03-31", 3, "2025-06-30", "2025-07-01"},
		{"2025-12-31", 6, "2026-06-30", "2026-07-01"},
		{"2025-12-31", 12, "2026-12-31", "2027-01-01"},
		{"2026-06-30", 6, "2026-12-30", "2026-12-31"},
		{"2025-10-01", 12, "2026-10-01", "2026-10-02"},
	} {
		t.Run(fmt.Sprintf("%s and %d months", c.start, c.months), func(t *testing.T) {
			r := &Resident{Residences: []Residence{stay("1", east, c.start, "")}}
			for _, w := range []struct {
				mode  civil.Counting
				first civil.Date
			}{{civil.Anniversary, day(c.last)}, {civil.Civil, day(c.eligible)}} {
				if _, lived := livedOn(r, County, 0, c.months, w.mode, w.first.AddDays(-1)); lived {
					t.Errorf("mode %d: lived already before %s", w.mode, w.first)
				}
				if _, lived := livedOn(r, County, 0, c.months, w.mode, w.first); !lived {
					t.Errorf("mode %d: not lived on %s", w.mode, w.first)
				}
			}
		})
	}
}
