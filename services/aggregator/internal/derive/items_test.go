package derive_test

import (
	"reflect"
	"slices"
	"testing"
	"testing/fstest"

	"xinju.dev/services/aggregator/internal/brute"
	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/civil"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// changes gives a resident the facts of one kind that another has; a delivery is
// one of a child more, since few have twins.
var changes = map[facts.Kinds]func(r, other *facts.Resident){
	facts.OfPerson:      func(r, o *facts.Resident) { r.Person = o.Person },
	facts.OfResidence:   func(r, o *facts.Resident) { r.Residences = o.Residences },
	facts.OfPermit:      func(r, o *facts.Resident) { r.Permits = o.Permits },
	facts.OfRelation:    func(r, o *facts.Resident) { r.Relations = o.Relations },
	facts.OfArchive:     func(r, o *facts.Resident) { r.Archives = o.Archives },
	facts.OfEducation:   func(r, o *facts.Resident) { r.Educations = o.Educations },
	facts.OfCase:        func(r, o *facts.Resident) { r.Cases = o.Cases },
	facts.OfCertificate: func(r, o *facts.Resident) { r.Certificates = o.Certificates },
	facts.OfDose:        func(r, o *facts.Resident) { r.Doses = o.Doses },
	facts.OfPregnancy:   func(r, o *facts.Resident) { r.Pregnancies = o.Pregnancies },
	facts.OfAntenatal:   func(r, o *facts.Resident) { r.Antenatals = o.Antenatals },
	facts.OfDelivery: func(r, _ *facts.Resident) {
		r.Deliveries = slices.Clone(r.Deliveries)
		for i := range r.Deliveries {
			r.Deliveries[i].LiveBirths++
		}
	},
	facts.OfPostnatal:  func(r, o *facts.Resident) { r.Postnatals = o.Postnatals },
	facts.OfChildCheck: func(r, o *facts.Resident) { r.ChildChecks = o.ChildChecks },
	facts.OfMethod:     func(r, o *facts.Resident) { r.Methods = o.Methods },
	facts.OfService:    func(r, o *facts.Resident) { r.Services = o.Services },
	facts.OfRecord:     func(r, o *facts.Resident) { r.Records = o.Records },
}

func kindsDrawn(t *rapid.T) facts.Kinds {
	var all []facts.Kinds
	for k := range changes {
		all = append(all, k)
	}
	slices.Sort(all)
	var out facts.Kinds
	for _, k := range rapid.SliceOfNDistinct(rapid.SampledFrom(all), 1, 3, rapid.ID).Draw(t, "kinds") {
		out |= k
	}
	return out
}

// What is kept of a resident, with the pieces of the touched items replaced, is what
// would be derived anew; both as rows and as the bytes that are stored.
func TestOnlyTouchedItemsChange(t *testing.T) {
	packs, err := policy.Default()
	if err != nil {
		t.Fatal(err)
	}
	d, world := derive.New(packs), brute.World()
	for k := range changes {
		for seed := range uint64(15) {
			touchedOnly(t, d, world, k, 7_000_000+seed, 7_100_000+seed)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		touchedOnly(t, d, world, kindsDrawn(t), rapid.Uint64().Draw(t, "seed"), rapid.Uint64().Draw(t, "other"))
	})
}

func touchedOnly(t rapid.TB, d *derive.Deriver, world *facts.World, k facts.Kinds, seed, another uint64) {
	before, other := brute.Invent(seed), brute.Invent(another)
	r, few := *before, *before
	for of, change := range changes {
		if k&of != 0 {
			change(&r, other)
		}
	}
	exchangeOne(&few, other, k)
	takeOver(t, d, world, before, &r, d.Touched(k))
	takeOver(t, d, world, before, &r, d.Touched(k).Changed(changedFacts(before, &r)))
	takeOver(t, d, world, before, &few, d.Touched(k).Changed(changedFacts(before, &few)))
}

// exchangeOne takes away the first fact of each kind, and adds one of another resident.
func exchangeOne(r, other *facts.Resident, kinds facts.Kinds) {
	lists := listsOf(other)
	for k, list := range listsOf(r) {
		if kinds&k == 0 {
			continue
		}
		v, more := reflect.ValueOf(list).Elem(), reflect.ValueOf(lists[k]).Elem()
		is := reflect.MakeSlice(v.Type(), 0, v.Len()+1)
		if v.Len() > 0 {
			is = reflect.AppendSlice(is, v.Slice(1, v.Len()))
		}
		if more.Len() > 0 {
			is = reflect.AppendSlice(is, more.Slice(0, 1))
		}
		v.Set(is)
	}
}

// takeOver derives what is touched of a resident, of whom no other facts are at hand
// than it reads, and puts it into what was kept.
func takeOver(t rapid.TB, d *derive.Deriver, world *facts.World, before, r *facts.Resident, touched *derive.Items) {
	got := encoded(d.Rows(before, world))
	news := map[string][]derive.Piece{}
	for _, row := range d.RowsOf(only(r, touched.Reads()), world, touched) {
		for _, p := range row.Pieces {
			if !touched.Has(p.Key) {
				t.Fatalf("RowsOf returned a piece of an item that was not asked for: %+v", p)
			}
		}
		news[row.Village] = row.Pieces
		got[row.Village] = slices.Clip(got[row.Village])
	}
	for village, raw := range got {
		changes := map[derive.Piece]int{}
		spliced, err := derive.Splice(raw, touched, news[village], func(p derive.Piece, n int) { changes[p] += n })
		if err != nil {
			t.Fatal(err)
		}
		told(t, raw, spliced, changes)
		if got[village] = spliced; len(spliced) == 0 {
			delete(got, village)
		}
	}
	if diff := cmp.Diff(encoded(d.Rows(r, world)), got); diff != "" {
		t.Fatalf("somebody like %s with facts of others: %s", before.ID, diff)
	}
}

// told says whether the changes that were told are those between two runs of pieces.
func told(t rapid.TB, was, is []byte, changes map[derive.Piece]int) {
	for n, raw := range map[int][]byte{1: was, -1: is} {
		err := derive.Decode(raw, func(p *derive.Piece) error {
			changes[*p] += n
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for p, n := range changes {
		if n != 0 {
			t.Fatalf("%+v was told %d times too often", p, n)
		}
	}
}

// listsOf are the lists of facts about a resident, by kind.
func listsOf(r *facts.Resident) map[facts.Kinds]any {
	return map[facts.Kinds]any{
		facts.OfPermit: &r.Permits, facts.OfRelation: &r.Relations, facts.OfArchive: &r.Archives, facts.OfEducation: &r.Educations, facts.OfCase: &r.Cases,
		facts.OfCertificate: &r.Certificates, facts.OfDose: &r.Doses, facts.OfPregnancy: &r.Pregnancies, facts.OfAntenatal: &r.Antenatals,
		facts.OfDelivery: &r.Deliveries, facts.OfPostnatal: &r.Postnatals, facts.OfChildCheck: &r.ChildChecks, facts.OfMethod: &r.Methods,
		facts.OfService: &r.Services, facts.OfRecord: &r.Records,
	}
}

// only is the resident with the facts of some kinds.
func only(r *facts.Resident, kinds facts.Kinds) *facts.Resident {
	out := *r
	for k, list := range listsOf(&out) {
		if kinds&k == 0 {
			reflect.ValueOf(list).Elem().SetZero()
		}
	}
	return &out
}

// changedFacts names the facts in which two residents differ.
func changedFacts(a, b *facts.Resident) (out []derive.Fact) {
	lists := listsOf(b)
	for k, list := range listsOf(a) {
		was, is := byID(list), byID(lists[k])
		for id := range was {
			if !reflect.DeepEqual(was[id], is[id]) {
				out = append(out, derive.Fact{Of: k, ID: id})
			}
		}
		for id := range is {
			if was[id] == nil {
				out = append(out, derive.Fact{Of: k, ID: id})
			}
		}
	}
	return out
}

func byID(list any) map[string]any {
	out, v := map[string]any{}, reflect.ValueOf(list).Elem()
	for i := range v.Len() {
		out[v.Index(i).FieldByName("ID").String()] = v.Index(i).Interface()
	}
	return out
}

func encoded(rows []derive.Row) map[string][]byte {
	out := map[string][]byte{}
	for _, row := range rows {
		out[row.Village] = derive.Encode(row.Pieces)
	}
	return out
}

func TestEducationTouchesFewItems(t *testing.T) {
	packs, err := policy.Default()
	if err != nil {
		t.Fatal(err)
	}
	d := derive.New(packs)
	touched, n := d.Touched(facts.OfEducation), 0
	for i := range d.Indicators() {
		if k, _ := d.Key(d.Indicators()[i]); touched.Has(k) {
			n++
		}
	}
	if n == 0 || n > len(d.Indicators())/4 || touched.All() || touched.None() {
		t.Errorf("%d of %d items", n, len(d.Indicators()))
	}
	if k, _ := d.Key("EHR03"); touched.Has(k) || !d.Touched(facts.OfArchive).Has(k) {
		t.Error("archives decide EHR03, education does not")
	}
	one := touched.Changed([]derive.Fact{{Of: facts.OfEducation, ID: "e"}})
	if one.Reads()&facts.OfDose != 0 || touched.Reads()&facts.OfDose == 0 {
		t.Error("one lecture attended leaves other services as they are")
	}
	if !d.Touched(facts.OfResidence).All() || !d.Touched(facts.OfPerson).All() || !d.Touched(0).None() {
		t.Error("who somebody is and where they live decides everything")
	}
}

// Whoever asks for nobody else counts the same without the people around; some do ask.
func TestOthersAreAskedForWhereTheyMatter(t *testing.T) {
	packs, err := policy.Default()
	if err != nil {
		t.Fatal(err)
	}
	d, world := derive.New(packs), brute.World()
	asked, matter, tied := 0, 0, 0
	for seed := range uint64(600) {
		r := brute.Invent(seed + 6_000_000)
		items := d.Touched([]facts.Kinds{facts.OfEverything, facts.OfRelation, facts.OfEducation}[seed%3])
		with := d.RowsOf(r, world, items)
		asks := d.AsksOthers(r, world, items)
		if len(r.Others) > 0 {
			tied++
		}
		r.Others = nil
		diff := cmp.Diff(with, d.RowsOf(r, world, items))
		if diff != "" {
			matter++
		}
		if asks {
			asked++
		} else if diff != "" {
			t.Fatalf("seed %d is said to ask for nobody: %s", seed, diff)
		}
	}
	if matter == 0 || asked > tied {
		t.Errorf("of %d with somebody around %d ask, for %d it matters", tied, asked, matter)
	}
}

const bornGirls = `id: test
version: 1
name: {zh: 试验, en: test}
indicators:
  - id: GIRLS
    name: {zh: 出生女婴, en: girls born}
    kind: flow
    period: calendar_year
    events: {births: {}}
    eligible: {sex: {is: female}}
  - id: GIRLSHERE
    name: {zh: 在此出生女婴, en: girls born who live here}
    kind: flow
    period: calendar_year
    events: {births: {}}
    eligible: {all: [{present: {}}, {sex: {is: female}}]}
  - id: HED
    name: {zh: 健康教育人次, en: attendances}
    kind: flow
    period: month
    events: {services: {kind: education}}
    eligible: {sex: {is: female}}
`

// A child of whom the registry knows no home at birth is born where the mother lives.
func TestTheMotherIsAskedForWhereTheBirthNeedsHer(t *testing.T) {
	packs, err := policy.Load(fstest.MapFS{"test.yaml": &fstest.MapFile{Data: []byte(bornGirls)}})
	if err != nil {
		t.Fatal(err)
	}
	d, world := derive.New(packs), brute.World()
	items := d.Touched(facts.OfEverything)
	r, mother := child(), settled("mother", "1988-11-12")
	r.Person.MotherID, r.Others = mother.ID, []*facts.Resident{mother}
	if d.AsksOthers(r, world, items) {
		t.Error("the child lived here when born: nobody need be asked")
	}
	r.Residences[0].Arrived = r.Person.Birth + 30
	if !d.AsksOthers(r, world, items) || d.AsksOthers(r, world, d.Touched(facts.OfEducation)) {
		t.Error("the birth needs the mother, education does not")
	}
	p, _ := packs.Pack("test")
	if !p.Indicators[0].ReadsMother() || p.Indicators[1].ReadsMother() {
		t.Error("who must live here on the day of birth is born at home")
	}
	with := d.Rows(r, world)
	r.Others = nil
	if cmp.Equal(with, d.Rows(r, world)) {
		t.Error("the mother makes no difference")
	}
}

const followedUp = `id: test
version: 1
name: {zh: 试验, en: test}
indicators:
  - id: AGAIN
    name: {zh: 再次参加者, en: who came again}
    kind: flow
    period: calendar_year
    events: {services: {kind: education, codes: [2]}}
    eligible: {present: {}}
    covered: {followed: {kind: education, codes: [3], within_days: 30}}
  - id: EACH
    name: {zh: 健康教育人次, en: attendances}
    kind: flow
    period: calendar_year
    events: {services: {kind: education}}
    eligible: {archive: {}}
`

// A lecture may decide what an earlier one counts as; where it does not, the earlier
// one is left alone.
func TestOnlyTheChangedEventsAreDerivedWhereOthersCannotDiffer(t *testing.T) {
	packs, err := policy.Load(fstest.MapFS{"test.yaml": &fstest.MapFile{Data: []byte(followedUp)}})
	if err != nil {
		t.Fatal(err)
	}
	d, world := derive.New(packs), brute.World()
	before := adult()
	before.Educations = []facts.Education{{Key: facts.Key{ID: "first"}, On: civil.Must("2024-03-01"), Form: 2}}
	after := *before
	after.Educations = append(slices.Clone(before.Educations), facts.Education{Key: facts.Key{ID: "later"}, On: civil.Must("2024-03-20"), Form: 3})
	touched := d.Touched(facts.OfEducation).Changed(changedFacts(before, &after))
	takeOver(t, d, world, before, &after, touched)
	derived := map[string]bool{}
	for _, row := range d.RowsOf(&after, world, touched) {
		for _, p := range row.Pieces {
			derived[d.Indicators()[p.Key]+" "+p.EventID] = true
		}
	}
	want := map[string]bool{"AGAIN first": true, "EACH later": true}
	if diff := cmp.Diff(want, derived); diff != "" {
		t.Error(diff)
	}
}
