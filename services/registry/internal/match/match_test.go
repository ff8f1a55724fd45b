package match

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/ident"
)

func weights(t testing.TB) *Weights {
	t.Helper()
	w, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func doc(t testing.TB, kind ident.DocType, number string) []ident.Document {
	t.Helper()
	country := ""
	if kind == ident.Passport {
		country = "USA"
	}
	d, err := ident.Parse(kind, number, country)
	if err != nil {
		t.Fatal(err)
	}
	return []ident.Document{d}
}

func TestNamesAgreeAsPeopleWriteThem(t *testing.T) {
	for _, c := range []struct {
		name, a, b string
		want       Level
	}{
		{"the same", "王伟", "王伟", Equal},
		{"decomposed letters", "Zoe\u0301 Miller", "ZOÉ MILLER", Equal},
		{"another dot", "阿依古丽•买买提", "阿依古丽·买买提", Equal},
		{"no dot", "阿依古丽买买提", "阿依古丽·买买提", Equal},
		{"blanks and width", "Ｊohn  SMITH", "john smith", Equal},
		{"traditional characters", "張偉", "张伟", Variant},
		{"a variant character", "陶喆", "陶哲", Variant},
		{"read alike", "王伟", "王玮", Pinyin},
		{"a surname with two readings", "单伟", "善伟", Pinyin},
		{"one character off", "王子涵", "王子轩", OneCharacter},
		{"one character missing", "欧阳娜娜", "欧阳娜", OneCharacter},
		{"of two characters one is half of the name", "王伟", "王芳", Differ},
		{"the father's name left out", "阿依古丽", "阿依古丽·买买提", Part},
		{"parts in another order", "买买提·阿依古丽", "阿依古丽·买买提", Part},
		{"another surname", "李秀英", "王秀英", GivenOnly},
		{"other people", "李秀英", "王建国", Differ},
		{"no name", "", "王建国", Missing},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, b := nameOf(c.a), nameOf(c.b)
			if got := a.compare(&b); got != c.want {
				t.Errorf("%s", got)
			}
			if got := b.compare(&a); got != c.want {
				t.Errorf("the other way round %s", got)
			}
		})
	}
}

func TestBirthDatesAgreeAsFarAsTheyAreKnown(t *testing.T) {
	on := func(s string) Record { return Record{Birth: civil.Must(s)} }
	part := func(s string) Record { return Record{BirthPartial: s} }
	for _, c := range []struct {
		name string
		a, b Record
		want Level
	}{
		{"one day", on("1990-03-05"), on("1990-03-05"), Equal},
		{"a leap day", on("2024-02-29"), on("2024-02-29"), Equal},
		{"1 January stands for not known", on("1990-01-01"), on("1990-01-01"), Sentinel},
		{"month and day exchanged", on("1990-03-05"), on("1990-05-03"), Swapped},
		{"one digit", on("1990-03-05"), on("1980-03-05"), OneDigit},
		{"the farmers' calendar", on("1990-03-05"), on("1990-04-12"), Lunar},
		{"another day of the year", on("1990-03-05"), on("1990-11-27"), NearYear},
		{"another year", on("1990-03-05"), on("1972-11-27"), Differ},
		{"the month is known", part("1990-03"), on("1990-03-05"), SameMonth},
		{"the year is known", on("1990-03-05"), part("1990"), SameYear},
		{"another month", part("1990-04"), on("1990-03-05"), NearYear},
		{"another year, in part", part("1991"), on("1990-03-05"), Differ},
		{"nothing is known", Record{}, on("1990-03-05"), Missing},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := compareBirth(&c.a, &c.b); got != c.want {
				t.Errorf("%s", got)
			}
		})
	}
}

func TestRulesHoldOnlyForWhatIsCertain(t *testing.T) {
	child := Record{Name: "王小宝", Birth: civil.Must("2023-08-31"), Sex: 2, MotherID: "M"}
	with := func(r Record, d []ident.Document) Record { r.Documents = d; return r }
	named := func(r Record, n string) Record { r.Name = n; return r }
	certificate, number := doc(t, ident.BirthCertificate, "Z000000001"), doc(t, ident.CitizenCard, "990101202308310029")
	adult := Record{Name: "李秀英", Birth: civil.Must("1988-11-12"), Phone: "13900000001"}
	for _, c := range []struct {
		name string
		a, b Record
		want []Rule
	}{
		{"a number under another kind", with(adult, doc(t, ident.CitizenCard, "990101198811120063")), Record{Name: "某", Documents: doc(t, ident.OtherDocument, "990101198811120063")}, []Rule{SameNumber}},
		{"the old number of 15 digits", Record{Documents: doc(t, ident.CitizenCard, "990101198801010012")}, Record{Documents: doc(t, ident.OtherDocument, "990101880101001")}, []Rule{SameNumber}},
		{"a travel permit renewed", Record{Documents: doc(t, ident.HKMacauTravel, "H1234567801")}, Record{Documents: doc(t, ident.HKMacauTravel, "H1234567802")}, []Rule{Renewed}},
		{"another travel permit", Record{Documents: doc(t, ident.HKMacauTravel, "H12345678")}, Record{Documents: doc(t, ident.HKMacauTravel, "M12345678")}, nil},
		{"a short number is equal by chance", Record{Documents: doc(t, ident.OtherDocument, "12345678")}, Record{Documents: doc(t, ident.HukouBook, "12345678")}, nil},
		{"a newborn who got a number", with(child, certificate), with(child, number), []Rule{Newborn}},
		{"a newborn without a name", named(with(child, certificate), "王红之女"), with(child, number), []Rule{Newborn}},
		{"a twin", named(with(child, certificate), "王小贝"), with(child, number), nil},
		{"another mother", func() Record { r := with(child, certificate); r.MotherID = "N"; return r }(), with(child, number), nil},
		{"two certificates", with(child, certificate), with(child, doc(t, ident.BirthCertificate, "Z000000002")), nil},
		{"name, day and telephone", adult, adult, []Rule{SamePerson}},
		{"the same with two numbers", with(adult, doc(t, ident.CitizenCard, "990101198811120063")), with(adult, doc(t, ident.CitizenCard, citizenOf("99010119881112001").Number.Reveal())), nil},
		{"another sex", func() Record { r := adult; r.Sex = 1; return r }(), func() Record { r := adult; r.Sex = 2; return r }(), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := weights(t).Compare(c.a, c.b); !slices.Equal(got.Rules, c.want) {
				t.Errorf("%v", got)
			}
		})
	}
}

func TestACommonNameSaysLess(t *testing.T) {
	w := weights(t)
	score := func(name string) float64 { return w.Compare(Record{Name: name}, Record{Name: name}).Score }
	if common, plain, rare := score("王伟"), score("王浩然"), score("欧阳静好"); !(common < plain && plain <= rare) || common < 8 {
		t.Errorf("%.1f, %.1f, %.1f", common, plain, rare)
	}
	if a, b := score("王伟"), w.Compare(Record{Name: "王伟"}, Record{Name: "王偉"}).Score; b >= a {
		t.Errorf("a variant weighs %.1f of %.1f", b, a)
	}
}

func TestTwinsAreNotDuplicates(t *testing.T) {
	a := Record{Name: "王子涵", Sex: 2, Birth: civil.Must("2019-10-01"), Phone: "13900000001", MotherID: "M", Hukou: "990101000000"}
	b := a
	b.Name = "王子轩"
	a.Documents, b.Documents = []ident.Document{citizenOf("99010120191001002")}, []ident.Document{citizenOf("99010120191001004")}
	w := weights(t)
	if c := w.Compare(a, b); w.Candidate(c) {
		t.Errorf("%v", c)
	}
	b.Name = a.Name // one name, two numbers of one day: a number given twice
	if c := w.Compare(a, b); !w.Candidate(c) {
		t.Errorf("%v", c)
	}
}

// A pair weighs the same whichever comes first, and each shares a block with
// itself.
func TestComparisonHasNoDirection(t *testing.T) {
	w := weights(t)
	g := newWorld(t, 3)
	people := g.population(300)
	rapid.Check(t, func(rt *rapid.T) {
		a := people[rapid.IntRange(0, len(people)-1).Draw(rt, "a")]
		b := people[rapid.IntRange(0, len(people)-1).Draw(rt, "b")]
		d := damages[rapid.IntRange(0, len(damages)-1).Draw(rt, "damage")]
		if rapid.Bool().Draw(rt, "twice") {
			b = a
			b.Documents = slices.Clone(a.Documents)
			if !d.does(g, &b) {
				return
			}
		}
		x, y := w.Compare(a, b), w.Compare(b, a)
		if x.Score != y.Score || !slices.Equal(x.Rules, y.Rules) || !slices.Equal(x.Fields, y.Fields) {
			rt.Errorf("%v, %v", x, y)
		}
	})
}

func TestKeysHoldNoPlaceOfResidenceAndMeetAcrossCounties(t *testing.T) {
	a := Record{Name: "曾伟", Birth: civil.Must("1990-03-05"), Phone: "+8613900000001", Hukou: "990101000000", Documents: doc(t, ident.CitizenCard, "990101880101001")}
	f := FormsOf(a)
	keys := f.Keys()
	for _, want := range []string{"d/number/990101198801010012", "p/13900000001", "s/zeng/19900305", "s/ceng/19900305", "g/wei/19900305", "n/zengwei/1990", "h/zengwei/990101"} {
		if !slices.Contains(keys, want) {
			t.Errorf("no %s among %d keys", want, len(keys))
		}
	}
	moved := a
	moved.Hukou, moved.Birth = "360103000000", civil.Must("1990-05-03")
	m := FormsOf(moved)
	if other := m.Keys(); !slices.Contains(other, "s/zeng/19900305") {
		t.Error("day and month exchanged meet in no block")
	}
	if slices.ContainsFunc(keys, func(k string) bool { return strings.Contains(k, "division") }) {
		t.Error("where somebody lives is no key")
	}
}

func TestWeightsThatAreNotWholeAreRefused(t *testing.T) {
	good := string(weightsYAML)
	for _, c := range []struct{ name, from, to string }{
		{"a field is missing", "  phone:\n", "  fone:\n"},
		{"a probability above one", "EQUAL: {m: 0.99, u: 0.5}", "EQUAL: {m: 1.99, u: 0.5}"},
		{"an unknown setting", "urgent:", "urgnt:"},
		{"no block", "block: 64", "block: 1"},
		{"a name level is missing", "  PINYIN:", "  PINYINX:"},
	} {
		t.Run(c.name, func(t *testing.T) {
			changed := strings.Replace(good, c.from, c.to, 1)
			if changed == good {
				t.Fatal("the case changes nothing")
			}
			if _, err := Load([]byte(changed)); err == nil {
				t.Error("accepted")
			}
		})
	}
	if _, err := Load([]byte(strings.Replace(good, "block: 64", "block: 1", 1))); !errors.Is(err, errWeights) {
		t.Error(err)
	}
}

// The work grows with the number of people and not with its square: blocks are
// bounded even where everybody has one telephone and one name.
func TestWorkIsLinearHoweverAlikePeopleAre(t *testing.T) {
	w := weights(t)
	list := make([]Record, 4000)
	for i := range list {
		list[i] = Record{ID: fmt.Sprint(i), Name: "王伟", Birth: civil.Must("1990-03-05"), Phone: "13900000001"}
	}
	compared, capped := blocks(w, list, func(int, int) {})
	if most := len(list) * w.Block; compared > most || capped == 0 {
		t.Errorf("%d pairs compared, at most %d; %d left out", compared, most, capped)
	}
	if other, _ := blocks(w, list[:2000], func(int, int) {}); compared > other*21/10 {
		t.Errorf("%d pairs for 2,000, %d for 4,000", other, compared)
	}
}

func BenchmarkCompare(b *testing.B) {
	w := weights(b)
	g := newWorld(b, 1)
	list := g.population(1000)
	forms := make([]Forms, len(list))
	for i := range list {
		forms[i] = FormsOf(list[i])
	}
	for i := 0; b.Loop(); i++ {
		w.CompareForms(forms[i%1000], forms[(i*7+1)%1000])
	}
}

func BenchmarkKeys(b *testing.B) {
	g := newWorld(b, 1)
	list := g.population(1000)
	for i := 0; b.Loop(); i++ {
		f := FormsOf(list[i%1000])
		f.Keys()
	}
}
