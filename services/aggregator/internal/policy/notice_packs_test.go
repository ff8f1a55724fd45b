package policy

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"xinju.dev/services/aggregator/internal/facts"
)

// noticePacks are the packs of Yongkang, Shanghai and Xihu.
var noticePacks = []string{"shanghai-2015", "xihu-2017", "yongkang-2017"}

// noticeWorld is their places with a neighbour each.
func noticeWorld() *facts.World {
	var list []facts.Division
	seen := map[string]bool{}
	add := func(code, parent string, l facts.Level) {
		if !seen[code] {
			seen[code] = true
			list = append(list, facts.Division{Key: facts.Key{ID: code}, Code: code, Level: l, Parent: parent})
		}
	}
	for _, county := range []string{"310110", "310112", "330784", "330783", "330681", "360103", "360102", "320583"} {
		province, prefecture := county[:2]+"0000000000", county[:4]+"00000000"
		add(province, "", facts.Province)
		add(prefecture, province, facts.Prefecture)
		add(county+"000000", prefecture, facts.County)
		add(county+"001000", county+"000000", facts.Township)
		add(county+"001201", county+"001000", facts.Village)
	}
	return facts.NewWorld(list, nil)
}

func TestThePacksOfTheNoticesGovernTheirPlacesOnTheirDaysAndNowhereElse(t *testing.T) {
	c, w := builtIn(t), noticeWorld()
	for _, x := range []struct{ name, division, on, want string }{
		{"Yongkang the day before", "330784000000", "2017-07-27", "national"},
		{"Yongkang on the first day", "330784000000", "2017-07-28", "yongkang-2017"},
		{"a village of Yongkang, years later", "330784001201", "2026-11-21", "yongkang-2017"},
		{"the county beside Yongkang", "330783001201", "2018-01-01", "national"},
		{"the prefecture above Yongkang", "330700000000", "2018-01-01", "national"},
		{"Zhuji, in the same province, keeps its own", "330681001201", "2018-01-01", "zhuji-2017"},
		{"Shanghai the day before", "310000000000", "2015-07-19", "national"},
		{"Shanghai on the day of the notice", "310000000000", "2015-07-20", "shanghai-2015"},
		{"a village of a district of Shanghai", "310110001201", "2020-12-31", "shanghai-2015"},
		{"another district of Shanghai, after the last target", "310112000000", "2026-11-21", "shanghai-2015"},
		{"a county beside Shanghai", "320583001201", "2020-12-31", "national"},
		{"Xihu the day before", "360103000000", "2017-04-04", "national"},
		{"Xihu on the first day", "360103000000", "2017-04-05", "xihu-2017"},
		{"a village of Xihu on the last day", "360103001201", "2017-12-31", "xihu-2017"},
		{"Xihu once the year is over", "360103001201", "2018-01-01", "national"},
		{"the district beside Xihu", "360102001201", "2017-06-01", "national"},
		{"the city above Xihu", "360100000000", "2017-06-01", "national"},
	} {
		t.Run(x.name, func(t *testing.T) {
			got := ""
			if p, ok := c.PackFor(w, x.division, day(x.on)); ok {
				got = p.ID
			}
			if got != x.want {
				t.Errorf("got %q, want %q", got, x.want)
			}
		})
	}
}

func TestTheTargetsOfTheNoticesOnADay(t *testing.T) {
	for _, x := range []struct {
		name, pack, indicator, on, want string
	}{
		{"collection for the health card, the first date", "xihu-2017", "CRD01", "2017-06-01", "≥ 30 % interim"},
		{"the second from the day after", "xihu-2017", "CRD01", "2017-06-02", "≥ 50 % interim"},
		{"the second on its day", "xihu-2017", "CRD01", "2017-09-01", "≥ 50 % interim"},
		{"the last from the day after", "xihu-2017", "CRD01", "2017-09-02", "≥ 80 %"},
		{"the last on its day", "xihu-2017", "CRD01", "2017-12-01", "≥ 80 %"},
		{"the last until the year's end", "xihu-2017", "CRD01", "2017-12-31", "≥ 80 %"},
		{"cards handed out", "xihu-2017", "CRD02", "2017-12-31", "≥ 40 %"},
		{"births of a thousand", "xihu-2017", "FP06A", "2017-12-31", "≤ 11.33 ‰"},
		{"growth", "xihu-2017", "FP06B", "2017-12-31", "≤ 6.05 ‰"},
		{"births within policy", "xihu-2017", "FP06C", "2017-12-31", "≥ 98.56 %"},
		{"boys of a hundred girls", "xihu-2017", "FP06D", "2017-12-31", "≤ 103.09/100"},
		{"mothers of a hundred thousand births", "xihu-2017", "MOR01", "2017-12-31", "≤ 16/100000"},
		{"infants", "xihu-2017", "MOR02", "2017-12-31", "≤ 7 ‰"},
		{"under five", "xihu-2017", "MOR03", "2017-12-31", "≤ 10 ‰"},
		{"archives", "xihu-2017", "EHR01F", "2017-04-05", "≥ 80 %"},
		{"vaccination of children of floating people", "xihu-2017", "IMM03", "2017-12-31", "≥ 90 %"},
		{"free services", "xihu-2017", "FP03", "2017-12-31", "≥ 95 %"},
		{"women registered", "xihu-2017", "FP04", "2017-12-31", "≥ 85 %"},
		{"screening has no figure", "xihu-2017", "SCR01", "2017-12-31", ""},
		{"couples", "xihu-2017", "PRE01", "2017-12-31", "≥ 1100"},
		{"first-aiders", "xihu-2017", "AID01", "2017-12-31", "≥ 800"},
		{"people trained", "xihu-2017", "AID02", "2017-12-31", "≥ 5500"},
		{"departments", "xihu-2017", "PHR01", "2017-12-31", "≥ 10"},
		{"rooms", "xihu-2017", "PHR02", "2017-12-31", "≥ 6"},
		{"the subsidy is exact", "xihu-2017", "FND04", "2017-12-31", "＝ 30 %"},
		{"registered of a thousand", "xihu-2017", "MEN01", "2017-12-31", "≥ 4 ‰"},
		{"mothers and children by their year", "xihu-2017", "MAT04", "2017-09-30", "≥ 90 %"},
		{"yuan per head", "xihu-2017", "FND02", "2017-12-31", "≥ 52"},
		{"Shanghai, vaccination", "shanghai-2015", "IMM03", "2020-12-31", "≥ 95 %"},
		{"Shanghai, after its deadline it stays", "shanghai-2015", "IMM03", "2021-01-01", "≥ 95 %"},
		{"Shanghai, reports", "shanghai-2015", "INF01", "2015-07-20", "≥ 100 %"},
		{"Shanghai, reports in time", "shanghai-2015", "INF02", "2020-12-31", "≥ 100 %"},
		{"Shanghai, archives", "shanghai-2015", "EHR03", "2020-12-31", "≥ 95 %"},
		{"Shanghai, guidance", "shanghai-2015", "FP01", "2020-12-31", "≥ 95 %"},
		{"Shanghai, contraception", "shanghai-2015", "FP02", "2020-12-31", "≥ 100 %"},
		{"Shanghai sets none for education", "shanghai-2015", "HED01", "2020-12-31", ""},
		{"Yongkang sets none", "yongkang-2017", "EHR03", "2020-12-31", ""},
		{"nor for its population base", "yongkang-2017", "ASB01", "2020-12-31", ""},
	} {
		t.Run(x.name, func(t *testing.T) {
			got, ok := indicatorOf(t, x.pack, x.indicator).TargetOn(day(x.on))
			written := got.Written
			if got.Interim {
				written += " interim"
			}
			if written != x.want || ok != (x.want != "") {
				t.Errorf("got %q, want %q", written, x.want)
			}
		})
	}
}

func indicatorOf(t *testing.T, pack, id string) *Indicator {
	t.Helper()
	p, _ := builtIn(t).Pack(pack)
	if p == nil {
		t.Fatalf("no pack %s", pack)
	}
	for i := range p.Indicators {
		if p.Indicators[i].ID == id {
			return &p.Indicators[i]
		}
	}
	t.Fatalf("no indicator %s", id)
	return nil
}

func TestEveryItemOfTheNoticesCitesItsDocumentClauseAndWords(t *testing.T) {
	check := func(pack, item, inherited string, list []Citation) {
		if inherited == "" && len(list) == 0 {
			t.Errorf("%s %s cites nothing", pack, item)
		}
		for _, x := range list {
			if inherited == "" && (x.Document == "" || x.Clause == "" || x.Text == "") {
				t.Errorf("%s %s: %+v", pack, item, x)
			}
		}
	}
	for _, id := range noticePacks {
		p, _ := builtIn(t).Pack(id)
		for _, r := range p.Rules {
			check(id, r.ID, r.InheritedFrom, r.Citations)
		}
		for _, ind := range p.Indicators {
			check(id, ind.ID, ind.InheritedFrom, ind.Citations)
		}
	}
}

func TestDeliveriesOfXihuAreCoveredInHospitalAndManagedWithAllFourParts(t *testing.T) {
	p, _ := builtIn(t).Pack("xihu-2017")
	mother := func(change func(r *facts.Resident)) *facts.Resident {
		r := &facts.Resident{
			ID: "r", Person: facts.Person{Key: facts.Key{ID: "p", Version: 1}, Birth: day("1992-05-01"), Sex: facts.Female, Hukou: []facts.HukouSpan{{Division: "361127"}}},
			Residences:  []facts.Residence{{Key: facts.Key{ID: "s"}, Division: "360103001201", Arrived: day("2017-01-01")}},
			Pregnancies: []facts.Pregnancy{{Key: facts.Key{ID: "g"}, LMP: day("2016-10-01"), Ended: day("2017-07-08"), Outcome: facts.LiveBirth}},
			Deliveries:  []facts.Delivery{{Key: facts.Key{ID: "d"}, PregnancyID: "g", On: day("2017-07-08"), LiveBirths: 1, InHospital: true}},
			Postnatals:  []facts.Postnatal{{Key: facts.Key{ID: "n"}, PregnancyID: "g", On: day("2017-08-05"), Kind: 1}},
		}
		for i, on := range []string{"2016-12-25", "2017-02-01", "2017-03-15", "2017-05-01", "2017-06-20"} {
			r.Antenatals = append(r.Antenatals, facts.Antenatal{Key: facts.Key{ID: string(rune('1' + i))}, PregnancyID: "g", On: day(on), Week: []int32{12, 17, 23, 30, 37}[i]})
		}
		change(r)
		return r
	}
	for _, x := range []struct {
		name              string
		change            func(r *facts.Resident)
		hospital, managed bool
	}{
		{"all four, the visit on day 28", func(*facts.Resident) {}, true, true},
		{"the visit on day 29 is late", func(r *facts.Resident) { r.Postnatals[0].On++ }, true, false},
		{"the first examination in week 13 is late", func(r *facts.Resident) { r.Antenatals[0].Week = 13 }, true, false},
		{"four examinations are too few", func(r *facts.Resident) { r.Antenatals = r.Antenatals[:4] }, true, false},
		{"not in hospital", func(r *facts.Resident) { r.Deliveries[0].InHospital = false }, false, false},
	} {
		t.Run(x.name, func(t *testing.T) {
			r := mother(x.change)
			got, want := map[string]bool{}, map[string]bool{"MAT05": x.hospital}
			if x.managed {
				want["MAT04N"] = true
			}
			for _, piece := range p.Pieces(r, noticeWorld(), nil) {
				if id := p.Indicators[piece.Indicator].ID; id == "MAT05" || id == "MAT04N" {
					got[id] = piece.Covered || id == "MAT04N"
					if piece.From != day("2017-07-08") || piece.To != day("2017-10-01") {
						t.Errorf("%s from %s to %s", id, piece.From, piece.To)
					}
				}
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestAChildWithAllDosesIsVaccinatedUnderThePacksOfTheNotices(t *testing.T) {
	for _, x := range []struct{ pack, village, on string }{
		{"shanghai-2015", "310110001201", "2017-06-30"},
		{"xihu-2017", "360103001201", "2017-06-30"},
	} {
		p, _ := builtIn(t).Pack(x.pack)
		r := &facts.Resident{
			ID: "r", Person: facts.Person{Key: facts.Key{ID: "p", Version: 1}, Birth: day("2017-03-20"), Sex: facts.Male, Hukou: []facts.HukouSpan{{Division: "520102"}}},
			Residences: []facts.Residence{{Key: facts.Key{ID: "s"}, Division: x.village, Arrived: day("2017-03-20")}},
		}
		state := func() (eligible, covered bool) {
			for _, e := range p.Explain(r, noticeWorld(), day(x.on)) {
				if e.ID == "IMM03" {
					return e.Eligible, e.Covered
				}
			}
			return false, false
		}
		if e, c := state(); !e || c {
			t.Errorf("%s without doses: eligible %t, covered %t", x.pack, e, c)
		}
		for i, d := range []struct{ product, on string }{
			{"HepB", "2017-03-20"}, {"BCG", "2017-03-20"}, {"HepB", "2017-04-20"}, {"IPV", "2017-05-20"}, {"DTaP", "2017-06-20"}, {"bOPV", "2017-06-20"},
		} {
			r.Doses = append(r.Doses, facts.Dose{Key: facts.Key{ID: string(rune('a' + i))}, On: day(d.on), Product: d.product})
		}
		if e, c := state(); !e || !c {
			t.Errorf("%s with its doses: eligible %t, covered %t", x.pack, e, c)
		}
	}
}
