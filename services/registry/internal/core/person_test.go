package core

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/ident"
)

func called(former string) func(*Event)  { return func(e *Event) { e.FormerName = former } }
func bornIn(partial string) func(*Event) { return func(e *Event) { e.BirthPartial = partial } }
func bornOn(day string) func(*Event)     { return func(e *Event) { e.Birth = civil.Must(day) } }
func sex(n int) func(*Event)             { return func(e *Event) { e.Sex = n } }
func of(resident string) func(*Event)    { return func(e *Event) { e.ResidentID = resident } }
func raw(bytes, enc string) func(*Event) {
	return func(e *Event) { e.NameRaw, e.NameEncoding = bytes, enc }
}
func other(d ident.Document) func(*Event) { return func(e *Event) { e.OtherDocument = d } }

func passport(t *testing.T, number string) ident.Document {
	t.Helper()
	d, err := ident.Parse(ident.Passport, number, "GBR")
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestFormerNames(t *testing.T) {
	for _, tc := range []struct {
		name   string
		events []Event
		want   []FormerName
	}{
		{"a name that another one replaced", []Event{ev("1", Arrive, "2024-03-01", named("王晓红")), ev("2", Move, "2025-03-01", named("王小红"))}, []FormerName{{"王晓红", civil.Must("2025-02-28")}}},
		{"another dot is no other name", []Event{ev("1", Arrive, "2024-03-01", named("阿依古丽·买买提")), ev("2", Move, "2025-03-01", named("阿依古丽买买提"))}, nil},
		{"capital letters are no other name", []Event{ev("1", Arrive, "2024-03-01", named("Anna Smith")), ev("2", Move, "2025-03-01", named("ANNA SMITH"))}, nil},
		{"a former name as a sender says it", []Event{ev("1", Arrive, "2024-03-01", named("王小红"), called("王招娣"))}, []FormerName{{Name: "王招娣"}}},
		{"said and replaced is one former name", []Event{ev("1", Arrive, "2024-03-01", named("王招娣")), ev("2", Move, "2025-03-01", named("王小红"), called("王招娣"))}, []FormerName{{"王招娣", civil.Must("2025-02-28")}}},
		{"a correction of the event leaves no former name", []Event{ev("1", Arrive, "2024-03-01", named("王晓红")), ev("2", Correct, "2025-03-01", about("1"), named("王小红"))}, nil},
		{"what the name is now was never former", []Event{ev("1", Arrive, "2024-03-01", named("王小红")), ev("2", Move, "2025-03-01", named("王晓红")), ev("3", Move, "2026-03-01", named("王小红"))}, []FormerName{{"王晓红", civil.Must("2026-02-28")}}},
		{
			"the latest comes first",
			[]Event{ev("1", Arrive, "2023-03-01", named("王一")), ev("2", Move, "2024-03-01", named("王二"), called("王零")), ev("3", Move, "2025-03-01", named("王三"))},
			[]FormerName{{"王二", civil.Must("2025-02-28")}, {"王一", civil.Must("2024-02-29")}, {Name: "王零"}},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if d := cmp.Diff(tc.want, Fold(tc.events).FormerNames); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestMiddleDotsAreOne(t *testing.T) {
	const want = "阿依古丽·买买提"
	for _, dot := range "·•․‧∙⋅●・･．᛫⸱ꞏ·." {
		if got := NormalName("阿依古丽" + string(dot) + "买买提"); got != want {
			t.Errorf("%U: %s", dot, got)
		}
	}
	if got := NormalName("J.R. Smith"); got != "J.R. Smith" {
		t.Error(got)
	}
	if got := NormalName("Zoe\u0308"); got != "Zoë" {
		t.Error("not in NFC")
	}
}

func TestNamesWithOddCharactersKeepTheirBytes(t *testing.T) {
	s := Fold([]Event{
		ev("1", Arrive, "2024-03-01", named("王\ue863红"), raw("\xcd\xf5\xfe\x9f\xba\xec", "GB18030")),
		ev("2", PermitIssue, "2024-05-01"),
	})
	if s.NameRaw != "\xcd\xf5\xfe\x9f\xba\xec" || s.NameEncoding != "GB18030" || cmp.Diff([]string{"NAME_PRIVATE_USE"}, s.Flags) != "" {
		t.Errorf("%q in %s, %v", s.NameRaw, s.NameEncoding, s.Flags)
	}
	s = Fold([]Event{
		ev("1", Arrive, "2024-03-01", named("王\ue863红"), raw("\xcd\xf5\xfe\x9f\xba\xec", "GB18030")),
		ev("2", Move, "2024-05-01", named("王红")),
	})
	if s.NameRaw != "" || s.NameEncoding != "" || len(s.Flags) != 0 {
		t.Errorf("bytes of a name that no longer counts: %v", s.Flags)
	}
	if s := Fold([]Event{ev("1", Arrive, "2024-03-01", named("王𣲗"))}); cmp.Diff([]string{"NAME_RARE"}, s.Flags) != "" {
		t.Errorf("%v", s.Flags)
	}
}

func TestDocumentsHaveDays(t *testing.T) {
	first, second := passport(t, "E1111111"), passport(t, "E2222222")
	s := Fold([]Event{
		ev("1", Arrive, "2024-03-01", carries(first)), ev("2", Move, "2024-06-01", carries(woman)), ev("3", Move, "2025-03-01", carries(second)),
		ev("4", Leave, "2026-01-01", carries(first)),
	})
	want := []HeldDocument{
		{first, civil.Must("2024-03-01"), civil.Must("2025-02-28")}, {second, civil.Must("2025-03-01"), civil.None}, {woman, civil.Must("2024-06-01"), civil.None},
	}
	if d := cmp.Diff(want, s.Documents); d != "" {
		t.Error(d)
	}
}

func TestPartialBirthDates(t *testing.T) {
	foreign := passport(t, "E1111111")
	at := func(id, day string, set ...func(*Event)) Event {
		return ev(id, Arrive, day, append([]func(*Event){carries(foreign)}, set...)...)
	}
	for _, tc := range []struct {
		name    string
		events  []Event
		full    string
		partial string
		flags   []string
	}{
		{"a year", []Event{at("1", "2024-03-01", bornIn("1990"))}, "", "1990", []string{"BIRTH_PARTIAL"}},
		{"a month says more than its year", []Event{at("1", "2024-03-01", bornIn("1990-05")), at("2", "2024-03-01", bornIn("1990"))}, "", "1990-05", []string{"BIRTH_PARTIAL"}},
		{"the month may come later", []Event{at("1", "2024-03-01", bornIn("1990")), at("2", "2024-03-01", bornIn("1990-05"))}, "", "1990-05", []string{"BIRTH_PARTIAL"}},
		{"a full date wins", []Event{at("1", "2024-03-01", bornOn("1990-05-06")), at("2", "2024-03-01", bornIn("1990"))}, "1990-05-06", "", nil},
		{"and is contradicted by another year", []Event{at("1", "2024-03-01", bornOn("1990-05-06")), at("2", "2024-03-01", bornIn("1991"))}, "1990-05-06", "", []string{"DOCUMENT_CONTRADICTS"}},
		{"two years contradict each other", []Event{at("1", "2024-03-01", bornIn("1990")), at("2", "2024-03-01", bornIn("1991"))}, "", "1991", []string{"BIRTH_PARTIAL", "DOCUMENT_CONTRADICTS"}},
		{"a correction takes the place of the wrong full date", []Event{at("1", "2024-03-01", bornOn("1990-05-06")), at("2", "2024-03-02", bornIn("1991"), func(e *Event) { e.Type, e.Replaces, e.Division = Correct, "1", "" })}, "", "1991", []string{"BIRTH_PARTIAL"}},
		{"and a full one of the partial one", []Event{at("1", "2024-03-01", bornIn("1991")), at("2", "2024-03-02", bornOn("1990-05-06"), func(e *Event) { e.Type, e.Replaces, e.Division = Correct, "1", "" })}, "1990-05-06", "", nil},
		{"nothing", []Event{at("1", "2024-03-01")}, "", "", []string{"BIRTH_UNKNOWN"}},
		{"the number knows better", []Event{at("1", "2024-03-01", bornIn("1988-11"), carries(woman))}, "1988-11-12", "", nil},
		{"of a newborn too", []Event{at("1", "2024-03-01", bornIn("2024"), func(e *Event) { e.Type = Birth })}, "", "2024", []string{"BIRTH_PARTIAL"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := Fold(tc.events)
			if s.Birth.String() != tc.full || s.BirthPartial != tc.partial || cmp.Diff(tc.flags, s.Flags) != "" {
				t.Errorf("born %s or in %s, %v", s.Birth, s.BirthPartial, s.Flags)
			}
		})
	}
}

func TestTwoPeopleUnderOneNumber(t *testing.T) {
	foreign := passport(t, "E1111111")
	for _, tc := range []struct {
		name string
		a, b []func(*Event)
		want []string
	}{
		{"another name and another sex than the number says", []func(*Event){named("王小红"), sex(2)}, []func(*Event){named("李强"), sex(1)}, []string{"NUMBER_SHARED"}},
		{"another name and another birth date", []func(*Event){named("王小红")}, []func(*Event){named("李强"), bornOn("1970-01-01")}, []string{"NUMBER_SHARED"}},
		{"another name alone", []func(*Event){named("王小红")}, []func(*Event){named("李强")}, []string{"DOCUMENT_CONTRADICTS"}},
		{"another birth date alone", []func(*Event){named("王小红")}, []func(*Event){named("王晓红"), bornOn("1970-01-01")}, []string{"DOCUMENT_CONTRADICTS"}},
		{"of a passport, two birth dates", []func(*Event){carries(foreign), named("Anna"), bornOn("1970-01-01")}, []func(*Event){carries(foreign), named("Bob"), bornOn("1980-01-01")}, []string{"NUMBER_SHARED"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			list := []Event{ev("1", Arrive, "2024-03-01", tc.a...), ev("2", Arrive, "2024-03-01", tc.b...)}
			list[0].TimeMS = 1
			if d := cmp.Diff(tc.want, Fold(list).Flags); d != "" {
				t.Error(d)
			}
			list[0].TimeMS = 0
			list[1].TimeMS = 1
			if d := cmp.Diff(tc.want, Fold([]Event{list[1], list[0]}).Flags); d != "" {
				t.Errorf("the other way round: %s", d)
			}
		})
	}
	settled := []Event{
		ev("1", Arrive, "2024-03-01", named("王小红")), ev("2", Move, "2024-04-01", named("李强")),
		ev("3", Correct, "2024-05-01", of("R"), carries(Document{}), named("王小红")),
	}
	passports := []Event{
		ev("1", Arrive, "2024-03-01", carries(foreign), named("Anna"), bornOn("1970-01-01")), ev("2", Move, "2024-04-01", carries(foreign), named("Bob"), bornOn("1980-01-01")),
		ev("3", Correct, "2024-05-01", of("R"), carries(Document{}), named("Bob"), bornOn("1980-01-01")),
	}
	if s := Fold(passports); len(s.Flags) != 0 {
		t.Errorf("a desk has said who it is: %v", s.Flags)
	}
	if s := Fold(settled); len(s.Flags) != 0 {
		t.Errorf("a desk has settled it: %v", s.Flags)
	}
}

func TestPersonsWithoutADocument(t *testing.T) {
	nobody := func(id, name string) Event {
		return ev(id, Arrive, "2024-03-01", carries(Document{}), named(name), bornIn("1990"))
	}
	a, b := nobody("1", "无名氏"), nobody("2", "无名氏")
	groups := Groups(Claims([]Event{a, b, ev("3", Correct, "2024-04-01", about("1"))}))
	if len(groups) != 2 {
		t.Fatalf("%d persons", len(groups))
	}
	for _, g := range groups {
		if len(g.Events) == 2 && len(g.Documents) != 2 {
			t.Error("with a document, the provisional identity should stay")
		}
	}
	if s := Fold([]Event{a}); !s.Exists || len(s.Documents) != 0 || cmp.Diff([]string{"BIRTH_PARTIAL", "NO_DOCUMENT"}, s.Flags) != "" {
		t.Errorf("%v", s.Flags)
	}
	if Reviewable("NO_DOCUMENT") == nil || Reviewable("BIRTH_PARTIAL") != nil {
		t.Error("somebody should look at a person without a document")
	}
	for _, e := range []Event{nobody("1", ""), ev("1", Arrive, "2024-03-01"), ev("1", Leave, "2024-03-01", carries(Document{}), named("无名氏")), ev("1", Arrive, "2024-03-01", carries(Document{}), of("R"), named("无名氏"))} {
		if !e.Provisional().Number.IsZero() {
			t.Error("an event that needs none has a provisional identity")
		}
	}
}

func TestHukouDeathAndTheirRevocation(t *testing.T) {
	came, local := ev("1", Arrive, "2024-03-01", hukou("360103")), ev("2", HukouIn, "2025-03-01", to("990101"), func(e *Event) { e.HukouKind = 3 })
	s := Fold([]Event{came, local})
	want := []HukouSpan{{Division: "360103"}, {From: civil.Must("2025-03-01"), Division: "990101", Kind: 3}}
	if d := cmp.Diff(want, s.Hukou); d != "" {
		t.Error(d)
	}
	revoked := Fold([]Event{came, local, ev("3", Void, "2025-04-01", about("2"))})
	if d := cmp.Diff(want[:1], revoked.Hukou); d != "" {
		t.Errorf("revoked: %s", d)
	}
	died := ev("4", Death, "2025-07-01")
	s = Fold([]Event{came, died})
	if s.Death != civil.Must("2025-07-01") || cmp.Diff([]string{villageA + " 2024-03-01 2025-07-01"}, stays(s)) != "" {
		t.Errorf("died %s, %v", s.Death, stays(s))
	}
	if s = Fold([]Event{came, died, ev("5", Void, "2025-08-01", about("4"))}); s.Death != civil.None || cmp.Diff([]string{villageA + " 2024-03-01 "}, stays(s)) != "" {
		t.Errorf("revoked: died %s, %v", s.Death, stays(s))
	}
	if s = Fold([]Event{came, died, ev("5", Correct, "2025-07-03", about("4"))}); s.Death != civil.Must("2025-07-03") {
		t.Errorf("corrected: died %s", s.Death)
	}
	born := ev("6", Birth, "2024-01-05", to(villageA), carries(Document{}), named("王某"))
	if s = Fold([]Event{born, ev("7", Void, "2024-02-01", about("6"))}); s.Exists {
		t.Error("nobody was born")
	}
}

func TestPairsFollowCorrectionsAndVoids(t *testing.T) {
	third := mustDocument("990101199006300058")
	list := []Event{
		ev("1", Merge, "2024-03-01", other(passport(t, "E1111111"))), ev("2", Correct, "2024-04-01", about("1"), other(third)),
		ev("3", Merge, "2024-03-01", other(third)), ev("4", Void, "2024-04-01", about("3")), ev("1", Merge, "2024-03-01", other(third)),
	}
	pairs := Pairs(list)
	if len(pairs) != 2 || pairs[0].Document != third || !pairs[0].Holds || len(pairs[0].About) < 2 || pairs[1].Holds {
		t.Errorf("%d pairs", len(pairs))
	}
	if got := Clusters(5, [][2]int{{4, 2}, {2, 3}}); cmp.Diff([]int{0, 1, 2, 2, 2}, got) != "" {
		t.Errorf("%v", got)
	}
	if Pairs([]Event{ev("1", Arrive, "2024-03-01")}) != nil || Exists([]Event{list[0]}) {
		t.Error("a merge makes nobody known")
	}
}

func TestWhatIsRefusedOfPersonsAndMerges(t *testing.T) {
	today := civil.Must("2026-06-30")
	for _, tc := range []struct {
		name   string
		event  Event
		column string
		reason string
	}{
		{"a merge of two documents is fine", ev("1", Merge, "2025-03-01", other(mustDocument("990101199006300058"))), "", ""},
		{"a merge of one", ev("1", Merge, "2025-03-01"), "other_document", "MERGE_INVALID"},
		{"a merge of one with itself", ev("1", Merge, "2025-03-01", other(woman)), "other_document", "MERGE_INVALID"},
		{"a merge of nobody with somebody", ev("1", Merge, "2025-03-01", carries(Document{}), other(woman)), "document", "EVENT_WITHOUT_PERSON"},
		{"a merge that replaces an event", ev("1", Merge, "2025-03-01", about("0"), other(mustDocument("990101199006300058"))), "replaces_event_id", "MERGE_INVALID"},
		{"a merge with a number of no province", ev("1", Merge, "2025-03-01", other(mustDocument("11010519491231002X"))), "other_document", "DIVISION_UNKNOWN_ISSUE"},
		{"an arrival with a name alone is fine", ev("1", Arrive, "2025-03-01", carries(Document{}), named("无名氏")), "", ""},
		{"a departure with a name alone", ev("1", Leave, "2025-03-01", carries(Document{}), named("无名氏")), "document", "EVENT_WITHOUT_PERSON"},
		{"a year of birth is fine", ev("1", Arrive, "2025-03-01", bornIn("1990")), "", ""},
		{"a month of birth is fine", ev("1", Arrive, "2025-03-01", bornIn("1990-12")), "", ""},
		{"a thirteenth month", ev("1", Arrive, "2025-03-01", bornIn("1990-13")), "birth_partial", "BIRTH_PARTIAL_INVALID"},
		{"two digits of a year", ev("1", Arrive, "2025-03-01", bornIn("90")), "birth_partial", "BIRTH_PARTIAL_INVALID"},
		{"a full date in its place", ev("1", Arrive, "2025-03-01", bornIn("1990-05-06")), "birth_partial", "BIRTH_PARTIAL_INVALID"},
		{"a year to come", ev("1", Arrive, "2025-03-01", bornIn("2027")), "birth_partial", "DATE_IN_FUTURE"},
		{"a month after the event", ev("1", Arrive, "2025-03-01", bornIn("2025-04")), "birth_partial", "BORN_AFTER_EVENT"},
		{"the month of the event is fine", ev("1", Arrive, "2025-03-01", bornIn("2025-03")), "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, ok := Check(tc.event.Normal(), today, nowhere{})
			if got.Reason() != tc.reason || got.Column != tc.column || ok != (tc.reason == "") {
				t.Errorf("%s in %s, want %s in %s", got.Reason(), got.Column, tc.reason, tc.column)
			}
		})
	}
}
