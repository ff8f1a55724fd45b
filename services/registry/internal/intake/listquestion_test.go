package intake_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/ident"
	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/intakestore"
	"xinju.dev/services/platform/outcome"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry/internal/core"
	residence "xinju.dev/services/registry/internal/intake"
	"xinju.dev/services/registry/internal/review"
)

func TestTheFirstNumberOfANewbornAndAMendedNumberAreOneCase(t *testing.T) {
	w := newSQLiteWorld(t)
	child := soul{"出生医学证明,Q990000001,", "新生儿", "女", "2025-02-02", "平安路3号", ""}
	zhang := soul{card(2), "张伟", "男", "1980-01-01", "平安路4号", ""}
	w.sendSouls("2025-05-01", 1, child, zhang)
	number := "99010120250202002"
	for _, check := range "0123456789X" {
		if _, err := ident.ParseCitizen(number + string(check)); err == nil {
			number += string(check)
			break
		}
	}
	w.sendSouls("2025-06-01", 2, child.under("居民身份证,"+number+","), zhang.under(card(4)))
	list := w.questions()
	if len(list) != 2 {
		t.Fatalf("%d questions", len(list))
	}
	for _, i := range list {
		if err := w.decide(i, review.Merge, ""); err != nil {
			t.Fatal(err)
		}
	}
	w.expect("decided", "张伟 "+citizen(4)+" "+citizen(2)+" | 2025-03-01–", "新生儿 "+number+" Q990000001 | 2025-03-01–")
}

func TestTwoOfOneNameAndDayAreNeverGuessed(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		one := soul{card(2), "张伟", "男", "1980-01-01", "平安路4号", ""}
		two := soul{card(4), "张伟", "男", "1980-01-01", "平安路5号", ""}
		w.sendSouls("2025-05-01", 1, one, two)
		b := w.sendSouls("2025-06-01", 2, one.under(card(6)))
		if b.Diff.Missed != 2 || b.Diff.Gone != 0 {
			t.Error(diffOf(b), b.Diff.Missed)
		}
		q := w.question()
		_, who, _, err := w.reviews().Item(t.Context(), q.ID)
		if err != nil || len(who) != 2 {
			t.Fatal(who, err)
		}
		if err := w.decide(q, review.Merge, ""); !errors.Is(err, review.ErrUnfit) {
			t.Errorf("guessed which of two: %v", err)
		}
		mine := who[slices.IndexFunc(who, func(r core.Resident) bool { return r.Documents[0].Number.Reveal() == citizen(2) })]
		if err := w.decide(q, review.Merge, mine.ID); err != nil {
			t.Fatal(err)
		}
		w.expect("decided", "张伟 "+citizen(4)+" | 2025-03-01–2025-06-01", "张伟 "+citizen(6)+" "+citizen(2)+" | 2025-03-01–")
		// Two new ones for two who are missed: each is asked for, and who is left over leaves last.
		w.sendSouls("2025-06-02", 3, one.under(card(6)), two)
		w.sendSouls("2025-06-03", 4, one.under(card(8)), two.under(card(10)))
		list := w.questions()
		if len(list) != 2 {
			t.Fatalf("%d questions", len(list))
		}
		if err := w.decide(list[0], review.AreTwo, ""); err != nil {
			t.Fatal(err)
		}
		if n := len(w.query("SELECT 1 FROM stay WHERE left_on = 20250603")); n != 0 {
			t.Errorf("%d left although one question is open", n)
		}
		if err := w.decide(list[1], review.AreTwo, ""); err != nil {
			t.Fatal(err)
		}
		if n := len(w.query("SELECT 1 FROM stay WHERE left_on = 20250603")); n != 2 {
			t.Errorf("%d left", n)
		}
	})
}

func TestADocumentThatTheRegistryKnowsAsSomebodyElsesIsNoQuestion(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.sendSouls("2025-05-01", 1, jane)
		w.load(intake.Header{Sender: "ga-990102"}, fileOf("E1,居住登记,2025-05-20,"+citizen(5)+",王小明,,"+village2+",平安路1号,,,,"))
		b := w.sendSouls("2025-06-01", 2, jane.under(card(5)))
		if len(w.questions()) != 0 || diffOf(b) != "before 13 +1 ~0 =12 -1 ?0 " || b.Diff.Missed != 0 || b.Counts.Received() != 14 || b.Counts[outcome.Updated] != 1 {
			t.Errorf("%s %d %v", diffOf(b), b.Diff.Missed, b.Counts)
		}
		if n := len(w.query("SELECT 1 FROM stay WHERE left_on = 20250601")); n != 1 {
			t.Errorf("%d left", n)
		}
	})
}

func TestADocumentThatBecameSomebodyElsesMeanwhileIsMerged(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.sendSouls("2025-05-01", 1, jane)
		b := w.sendSouls("2025-06-01", 2, jane.under(card(5)))
		w.load(intake.Header{Sender: "ga-990102"}, fileOf("E1,居住登记,2025-06-05,"+citizen(5)+",Jane Smith,,"+village2+",平安路1号,,,,"))
		w.mustDecide(review.Merge)
		got := w.souls()
		if len(got) != 1 || !strings.Contains(got[0], citizen(5)) || !strings.Contains(got[0], "E00000001") {
			t.Errorf("%v", got)
		}
		w.undo(b)
		if got := w.souls(); len(got) != 2 {
			t.Errorf("after the withdrawal: %v", got)
		}
	})
}

func TestAnEntryFromBeforeLikenessesBehavesAsBefore(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		old := w.sendSouls("2025-05-01", 1, jane)
		if err := w.db.Write(t.Context(), func(tx *gorm.DB) error {
			return sqlstore.Exec(tx, "UPDATE feed_list SET likeness = NULL WHERE batch_id = ?", old.ID)
		}); err != nil {
			t.Fatal(err)
		}
		b := w.sendSouls("2025-06-01", 2, jane.under(passport(2)))
		if b.Diff.Gone != 1 || len(w.questions()) != 0 {
			t.Error(diffOf(b))
		}
		// The unchanged rows of that list got theirs by it.
		if n := w.query("SELECT COUNT(*) FROM feed_list WHERE likeness IS NULL AND diff <> 5 AND batch_id = '" + b.ID + "'"); n[0][0] != "0" {
			t.Errorf("%s without", n[0][0])
		}
		w.sendSouls("2025-06-02", 3, jane.under(passport(3)))
		w.question()
	})
}

func TestADecisionWaitsWhileTheNextListIsCompared(t *testing.T) {
	for verdict, want := range map[review.Verdict][]string{review.Merge: {janeBoth}, review.AreTwo: {janeGone, janeOther}} {
		w := newSQLiteWorld(t)
		w.rows = 4
		w.sendSouls("2025-05-01", 1, jane)
		renewed := jane.under(passport(2))
		w.sendSouls("2025-06-01", 2, renewed)
		q := w.question()
		next := w.queueSouls("2025-06-02", 3, renewed)
		tried := 0
		err := w.run(func(point string) error {
			if point == "chunk.stored" && w.batch(next.ID).Stage == intake.StageCompare {
				tried++
				if err := w.decide(q, verdict, ""); !errors.Is(err, intakestore.ErrComparing) {
					t.Errorf("decided while the list is compared: %v", err)
				}
			}
			if point == "list.compared" { // now it holds for the list that is under way as well
				return w.decide(q, verdict, "")
			}
			return nil
		})
		if err != nil || tried == 0 {
			t.Fatal(tried, err)
		}
		w.expect("decided between the stages", want...)
		b := w.batch(next.ID)
		if b.State != intake.Succeeded || b.Counts[outcome.Unchanged] != 13 || b.Counts.Received() != 13 || len(w.questions()) != 0 {
			t.Error(b.State, b.Failure, b.Counts)
		}
		if n := w.query("SELECT COUNT(*) FROM event WHERE batch_id = '" + b.ID + "'"); n[0][0] != "0" {
			t.Errorf("%s events although nothing is different", n[0][0])
		}
		if b := w.sendSouls("2025-06-03", 4, renewed); diffOf(b) != "before 13 +0 ~0 =13 -0 ?0 " {
			t.Error(diffOf(b))
		}
	}
}

func TestARefusedRowIsNoQuestionWhenTheOldDocumentIsBack(t *testing.T) {
	w := newSQLiteWorld(t)
	w.sendSouls("2025-05-01", 1, jane)
	renewed := jane.under(passport(2))
	w.sendSouls("2025-06-01", 2, renewed)
	renewed.birth = "1990-13-02"
	b := w.sendSouls("2025-06-02", 3, jane, renewed)
	if b.Counts[outcome.Refused] != 1 || len(w.questions()) != 0 {
		t.Error(b.Counts, len(w.questions()))
	}
	w.expect("back", janeHere)
	if next := w.sendSouls("2025-06-03", 4, jane); diffOf(next) != "before 13 +0 ~0 =13 -0 ?0 " {
		t.Error(diffOf(next))
	}
}

// A row that is refused only when it is applied is of nobody: who is missed for it
// stays until a list says more.
func TestAQuestionWhoseRowIsRefusedWhenAppliedIsAskedAgain(t *testing.T) {
	w := newSQLiteWorld(t)
	w.sendSouls("2025-05-01", 1, jane)
	renewed := jane.under(passport(2))
	w.sendSouls("2025-06-01", 2, renewed)
	wrong := renewed
	wrong.room = strings.Repeat("长", 201)
	b := w.sendSouls("2025-06-02", 3, wrong)
	if b.Counts[outcome.Refused] != 1 || len(w.questions()) != 0 {
		t.Error(b.Counts, len(w.questions()))
	}
	w.expect("refused", janeHere)
	w.sendSouls("2025-06-03", 4, renewed)
	w.mustDecide(review.Merge)
	w.expect("decided", janeBoth)
}

func TestTheSearchForDuplicatesLeavesQuestionsOfListsAlone(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.sendSouls("2025-05-01", 1, jane)
		w.sendSouls("2025-06-01", 2, jane.under(passport(2)))
		asked := w.question()
		r := w.reviews()
		for worked := true; worked; {
			var err error
			if worked, err = r.Step(t.Context(), w.now()); err != nil {
				t.Fatal(err)
			}
		}
		if q := w.question(); q.ID != asked.ID || q.Version != asked.Version {
			t.Error("changed by the search")
		}
	})
}

func TestALikenessIsNameBirthDateSexAndVillage(t *testing.T) {
	number, err := ident.ParseCitizen(citizen(1))
	if err != nil {
		t.Fatal(err)
	}
	event := func(change func(e *core.Event)) string {
		e := core.Event{Type: core.Arrive, Name: "Jane Smith", Sex: 2, Birth: civil.Must("1990-05-02"), Division: village, Address: "1"}
		change(&e)
		return string(residence.Residence{}.Likeness(&e))
	}
	same := event(func(*core.Event) {})
	for name, c := range map[string]struct {
		change func(e *core.Event)
		want   bool
	}{
		"another document":       {func(e *core.Event) { e.Document = core.Document{Type: ident.Passport, Country: "GBR"} }, true},
		"another address":        {func(e *core.Event) { e.Address = "2" }, true},
		"another way of writing": {func(e *core.Event) { e.Name = " JANE  SMITH " }, true},
		"a number that says another birth date": {func(e *core.Event) {
			e.Document = core.Document{Type: ident.CitizenCard, Number: number}
		}, true},
		"another name":       {func(e *core.Event) { e.Name = "Jane Smyth" }, false},
		"another birth date": {func(e *core.Event) { e.Birth++ }, false},
		"another sex":        {func(e *core.Event) { e.Sex = 1 }, false},
		"another village":    {func(e *core.Event) { e.Division = village2 }, false},
	} {
		if got := event(c.change) == same; got != c.want {
			t.Errorf("%s: alike %v", name, got)
		}
	}
	for name, change := range map[string]func(e *core.Event){
		"no name": func(e *core.Event) { e.Name = "" }, "no birth date": func(e *core.Event) { e.Birth = 0 }, "no village": func(e *core.Event) { e.Division = "" },
	} {
		if got := event(change); got != "" {
			t.Errorf("%s: %q", name, got)
		}
	}
	if got := event(func(e *core.Event) { e.Birth, e.Document = 0, core.Document{Type: ident.CitizenCard, Number: number} }); got == "" {
		t.Error("the birth date in the number is not read")
	}
}

// counted counts for how many rows a likeness is asked.
type counted struct {
	residence.Residence
	asked *int
}

func (c counted) Likeness(item any) []byte {
	*c.asked++
	return c.Residence.Likeness(item)
}

func TestAnUnchangedRowAsksForNoLikeness(t *testing.T) {
	w := newSQLiteWorld(t)
	asked := 0
	work := func() int {
		asked = 0
		ctx, stop := context.WithTimeout(t.Context(), patience)
		defer stop()
		d := w.deps()
		d.Targets = []intake.Target{counted{asked: &asked}}
		d.Hooks = func(point string) error {
			if point == "worker.idle" {
				stop()
			}
			return nil
		}
		in, err := intake.New(d)
		if err != nil {
			t.Fatal(err)
		}
		if err := in.Run(ctx, func() {}); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		return asked
	}
	for n, c := range []struct {
		souls []soul
		want  int
	}{{[]soul{jane}, 13}, {[]soul{jane}, 0}, {[]soul{jane.under(passport(2))}, 1}, {[]soul{jane.under(passport(2))}, 0}} {
		w.queueSouls(fmt.Sprintf("2025-06-%02d", n+1), int64(n+1), c.souls...)
		if got := work(); got != c.want {
			t.Errorf("list %d: %d likenesses, want %d", n+1, got, c.want)
		}
	}
}
