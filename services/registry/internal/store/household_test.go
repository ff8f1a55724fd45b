package store

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/ident"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/registry/internal/core"
	"xinju.dev/services/registry/internal/facts"
)

// family is a mother with a permit, her husband, who came later, and a child
// whose birth names her; a neighbour at another number, and a lodger.
func family(t testing.TB, s *SQL) (ids map[string]string) {
	t.Helper()
	at := func(id, name, day, address string, number ident.Document, sex int) core.Event {
		return core.Event{
			Sender: "ga-990101", ID: id, Type: core.Arrive, Effective: civil.Must(day), Document: number, Name: name, Sex: sex,
			Division: villageA, Address: address,
		}
	}
	mother := citizen(civil.Must("1988-11-12"), 2)
	out := feed(t, s,
		at("m", "李秀英", "2024-03-01", "幸福路1号", mother, 2),
		at("f", "王建国", "2024-09-01", "幸福路1号", citizen(civil.Must("1986-05-06"), 1), 1),
		at("n", "张某某", "2024-03-01", "幸福路2号", citizen(civil.Must("1970-05-06"), 3), 1),
		at("l", "赵某某", "2025-01-01", "幸福路1号", citizen(civil.Must("1999-05-06"), 5), 1),
		core.Event{
			Sender: "ga-990101", ID: "c", Type: core.Birth, Effective: civil.Must("2025-02-28"), Document: certificate(1), Name: "王小宝", Sex: 1,
			Division: villageA, Address: "幸福路1号", MotherDocument: mother,
		},
		core.Event{
			Sender: "ga-990101", ID: "p", Type: core.PermitIssue, Effective: civil.Must("2024-10-01"), Document: mother, Division: "990101000000",
			PermitValidUntil: civil.Must("2025-09-30"),
		},
	)
	ids = map[string]string{}
	for i, n := range []string{"mother", "father", "neighbour", "lodger", "child"} {
		if ids[n] = out[i].ResidentID; ids[n] == "" {
			t.Fatal(codes(out))
		}
	}
	return ids
}

func relate(t testing.TB, s *SQL, r core.Relation) core.Relation {
	t.Helper()
	out, err := Relations(s.db, func() time.Time { return onDay(today) }, facts.Relation).Create(t.Context(), record.Request{}, []core.Relation{r})
	if err != nil {
		t.Fatal(err)
	}
	return out[0]
}

// members writes a household as "name: ties [address] [family] [holder]".
func members(h core.Household, ids map[string]string) []string {
	names := map[string]string{}
	for n, id := range ids {
		names[id] = n
	}
	kinds := map[int]string{1: "guardian", 2: "spouse", 3: "mother", 4: "father", 5: "cohabiting", 6: "child", 7: "parent", 8: "ward"}
	var out []string
	for _, m := range h.Members {
		s := []string{names[m.ID] + ":"}
		for _, tie := range m.Ties {
			s = append(s, kinds[tie.Kind])
		}
		for _, w := range []struct {
			word string
			is   bool
		}{{"[address]", m.SameAddress}, {"[family]", m.CohabitingFamily()}, {"[holder]", m.Holder}} {
			if w.is {
				s = append(s, w.word)
			}
		}
		out = append(out, strings.Join(s, " "))
	}
	slices.Sort(out)
	return out
}

func TestAHouseholdIsWhoIsRelatedOrLivesThereOnTheDay(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		ids := family(t, s)
		comeToRest(t, reviewsOf(t, s))
		relate(t, s, core.Relation{Base: record.Base{ResidentID: ids["father"]}, Kind: core.RelationSpouse, OtherID: ids["mother"], From: civil.Must("2015-10-01")})
		relate(t, s, core.Relation{Base: record.Base{ResidentID: ids["child"]}, Kind: core.RelationFather, OtherID: ids["father"]})
		relate(t, s, core.Relation{Base: record.Base{ResidentID: ids["neighbour"]}, Kind: core.RelationGuardian, OtherID: ids["father"], From: civil.Must("2020-01-01"), Until: civil.Must("2025-05-31")})
		for _, c := range []struct {
			who, day string
			want     []string
		}{
			{"mother", "2025-06-30", []string{"child: child [address] [family]", "father: spouse [address] [family]", "lodger: [address]"}},
			{"child", "2025-06-30", []string{"father: father [address] [family]", "lodger: [address]", "mother: mother [address] [family] [holder]"}},
			{"father", "2025-05-31", []string{"child: child [address] [family]", "lodger: [address]", "mother: spouse [address] [family] [holder]", "neighbour: ward"}},
			{"father", "2025-06-01", []string{"child: child [address] [family]", "lodger: [address]", "mother: spouse [address] [family] [holder]"}},
			{"neighbour", "2025-01-01", []string{"father: guardian"}},
			{"mother", "2024-08-31", []string{"child: child", "father: spouse"}},
			{"mother", "2024-09-01", []string{"child: child", "father: spouse [address] [family]"}},
			{"lodger", "2024-12-31", nil},
		} {
			h, err := s.Household(t.Context(), ids[c.who], civil.Must(c.day))
			if err != nil {
				t.Fatal(err)
			}
			if c.who == "mother" && c.day < "2025-02" { // the child is not born yet
				c.want = slices.DeleteFunc(c.want, func(s string) bool { return strings.HasPrefix(s, "child") })
			}
			if diff := cmp.Diff(c.want, members(h, ids)); diff != "" {
				t.Errorf("%s on %s: %s", c.who, c.day, diff)
			}
		}
		h, err := s.Household(t.Context(), ids["mother"], civil.Must("2025-09-30"))
		if err != nil || !h.Holder {
			t.Error("the last day of the permit", err)
		}
		for _, m := range h.Members {
			if m.ID == ids["father"] && !slices.Equal(m.Shared, []core.Span{{From: civil.Must("2024-09-01")}}) {
				t.Errorf("%v", m.Shared)
			}
		}
		if _, err := s.Household(t.Context(), "01JZ0000000000000000000000", today); !errors.Is(err, core.ErrResident) {
			t.Error(err)
		}
	})
}

func TestAMotherWhomAnEventNamesHasHerChildren(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		ids := family(t, s)
		out := feed(t, s, core.Event{
			Sender: "ga-990101", ID: "c2", Type: core.Birth, Effective: civil.Must("2025-11-11"), Document: certificate(2), Name: "王小贝", Sex: 2,
			Division: villageA, Address: "幸福路1号", MotherResidentID: ids["mother"],
		})
		ids["second"] = out[0].ResidentID
		comeToRest(t, reviewsOf(t, s))
		h, err := s.Household(t.Context(), ids["mother"], today)
		if err != nil {
			t.Fatal(err)
		}
		want := []string{"child: child [address] [family]", "father: [address]", "lodger: [address]", "second: child [address] [family]"}
		if diff := cmp.Diff(want, members(h, ids)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestMergedResidentsAreInAHouseholdOnce(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		ids := family(t, s)
		out := feed(t, s, core.Event{
			Sender: "ga-990101", ID: "f2", Type: core.Arrive, Effective: civil.Must("2024-09-01"), Document: otherPaper(t, "NB-12345678"),
			Name: "王建国", Sex: 1, Division: villageA, Address: "幸福路1号",
		})
		twin := out[0].ResidentID
		relate(t, s, core.Relation{Base: record.Base{ResidentID: ids["mother"]}, Kind: core.RelationSpouse, OtherID: twin})
		relate(t, s, core.Relation{Base: record.Base{ResidentID: ids["father"]}, Kind: core.RelationSpouse, OtherID: ids["mother"]})
		relate(t, s, core.Relation{Base: record.Base{ResidentID: ids["father"]}, Kind: core.RelationCohabiting, OtherID: twin})
		feed(t, s, core.Event{Sender: "ga-990101", ID: "merge", Type: core.Merge, Effective: today, ResidentID: ids["father"], OtherResidentID: twin})
		comeToRest(t, reviewsOf(t, s))
		delete(ids, "father")
		ids["father"] = min(out[0].ResidentID, twin)
		h, err := s.Household(t.Context(), ids["mother"], today)
		if err != nil {
			t.Fatal(err)
		}
		spouses := 0
		for _, m := range h.Members {
			if slices.ContainsFunc(m.Ties, func(x core.Tie) bool { return x.Kind == core.RelationSpouse }) {
				spouses++
				if len(m.Ties) != 2 || !m.CohabitingFamily() {
					t.Errorf("%d ties", len(m.Ties))
				}
			}
		}
		if spouses != 1 {
			t.Errorf("%d spouses", spouses)
		}
		// The household of the merged person holds the relations of both.
		h, err = s.Household(t.Context(), twin, today)
		if err != nil || !slices.ContainsFunc(h.Members, func(m core.Member) bool { return m.ID == ids["mother"] && len(m.Ties) == 2 }) {
			t.Errorf("%v", err)
		}
		if slices.ContainsFunc(h.Members, func(m core.Member) bool { return m.ID == h.Resident.ID }) {
			t.Error("who was related to themselves under another identifier is a member of the own household")
		}
	})
}

func TestADormitoryIsCountedAndNotListedWhole(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		var events []core.Event
		for i := range mostAtAddress + 11 {
			e := arrive(fmt.Sprint(i), i, "2025-03-01")
			e.Address = "工业路9号宿舍"
			events = append(events, e)
		}
		out := feed(t, s, events...)
		h, err := s.Household(t.Context(), out[0].ResidentID, today)
		if err != nil || h.AtAddress != mostAtAddress+10 || len(h.Members) != mostAtAddress {
			t.Errorf("%d members of %d, %v", len(h.Members), h.AtAddress, err)
		}
	})
}
