package intake_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/intakestore"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/registry/internal/core"
	"xinju.dev/services/registry/internal/review"
)

// decided is an item of which nothing is asked any more.
func (w *world) decided(id string) review.Item {
	w.t.Helper()
	item, _, _, err := w.reviews().Item(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return item
}

func (w *world) unmerge(id string) error { return w.decide(w.decided(id), review.UndoMerge, "") }

// phones are who of the documents in question has which telephone.
func (w *world) phones() (out []string) {
	w.t.Helper()
	for _, r := range w.query("SELECT resident_id FROM resident WHERE known = 1") {
		p, err := w.events.Resident(w.t.Context(), r[0])
		if err != nil {
			w.t.Fatal(err)
		}
		if p.Name == "Jane Smith" {
			out = append(out, p.Documents[0].Number.Reveal()+" "+p.Phone)
		}
	}
	slices.Sort(out)
	return out
}

// A wrong "same" that is taken back leaves what "not the same" would have left,
// now and after the lists that follow.
func TestAWrongSameIsTakenBackAsIfItHadBeenDecidedNotTheSame(t *testing.T) {
	renewed, other := jane.under(passport(2)), "E1,居住登记,2025-06-05,"+citizen(5)+",Jane Smith,,"+village2+",平安路1号,,,,"
	elsewhere := func(w *world) { w.load(intake.Header{Sender: "ga-990102"}, fileOf(other)) }
	again := func(n int) string {
		return strings.Replace(strings.Replace(other, "E1,", fmt.Sprintf("E%d,", n), 1), "2025-06-05", fmt.Sprintf("2025-06-0%d", 5+n), 1)
	}
	moved, called := renewed, renewed
	moved.room, called.phone = "平安路9号", "13900000000"
	for _, c := range []struct {
		name    string
		row     soul
		between func(w *world) // before the decision
		after   func(w *world) // between it and its undoing
	}{
		{"nothing else differs", renewed, nil, nil},
		{"the row moved them", moved, nil, nil},
		{"the row corrected them", called, nil, nil},
		{"it became somebody else's before", jane.under(card(5)), elsewhere, nil},
		{"somebody else came under it since", jane.under(card(5)), nil, elsewhere},
		{"somebody else came under it since and said much", jane.under(card(5)), nil, func(w *world) {
			elsewhere(w)
			w.load(intake.Header{Sender: "ga-990102"}, fileOf(again(2), again(3), again(4)))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			eachWorld(t, func(t *testing.T, w *world) {
				var want [][]string
				for _, w := range []*world{newSQLiteWorld(t), w} {
					wrong := want != nil
					w.sendSouls("2025-05-01", 1, jane)
					w.sendSouls("2025-06-01", 2, c.row)
					if c.between != nil {
						c.between(w)
					}
					q := w.question()
					after := func() {
						if c.after != nil {
							c.after(w)
						}
					}
					if wrong {
						w.mustDecide(review.Merge)
						after()
						if err := w.unmerge(q.ID); err != nil {
							t.Fatal(err)
						}
					} else {
						w.mustDecide(review.AreTwo)
						after()
					}
					if item := w.decided(q.ID); item.State != review.NotSame || item.MergeEvent != "" {
						t.Errorf("state %d, %q", item.State, item.MergeEvent)
					}
					got := [][]string{w.souls()}
					for n, list := range [][]soul{{c.row}, {called.under(c.row.document)}, {called.under(c.row.document), jane}, {jane}, nil} {
						b := w.sendSouls("2025-06-1"+string(rune('0'+n)), int64(n+3), list...)
						got = append(got, append(w.souls(), append(w.phones(), diffOf(b))...))
					}
					if n := len(w.questions()); n != 0 {
						t.Errorf("%d questions", n)
					}
					if want == nil {
						want = got
					} else if diff := cmp.Diff(want, got); diff != "" {
						t.Error(diff)
					}
				}
			})
		})
	}
}

func TestASameIsTakenBackAfterListsThatSayNothingNewAndNotAfterOthers(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.sendSouls("2025-05-01", 1, jane)
		renewed := jane.under(passport(2))
		w.sendSouls("2025-06-01", 2, renewed)
		q := w.question()
		w.mustDecide(review.Merge)
		w.sendSouls("2025-06-02", 3, renewed)
		changed := renewed
		changed.phone = "13900000000"
		for _, list := range [][]soul{{changed}, {renewed, jane}, nil} {
			later := w.sendSouls("2025-06-03", 4, list...)
			before := w.souls()
			if err := w.unmerge(q.ID); !errors.Is(err, intakestore.ErrBuiltOn) {
				t.Errorf("%d rows: %v", len(list), err)
			}
			if diff := cmp.Diff(before, w.souls()); diff != "" {
				t.Error(diff)
			}
			w.undo(later)
		}
		w.rows = 4
		next, tried := w.queueSouls("2025-06-03", 4, renewed), 0
		err := w.run(func(point string) error {
			if point == "chunk.stored" || point == "list.compared" || point == "list.applied" {
				tried++
				if err := w.unmerge(q.ID); !errors.Is(err, intakestore.ErrComparing) {
					t.Errorf("at %s: %v", point, err)
				}
			}
			return nil
		})
		if err != nil || tried < 5 || w.batch(next.ID).State != intake.Succeeded {
			t.Fatal(tried, err)
		}
		for n := range 5 { // until the list that asked is swept
			w.sendSouls("2025-06-1"+string(rune('0'+n)), int64(n+5), renewed)
		}
		if err := w.unmerge(q.ID); err != nil {
			t.Fatal(err)
		}
		w.expect("taken back", janeGone, janeOther)
		if err := w.unmerge(q.ID); !errors.Is(err, review.ErrUnfit) {
			t.Errorf("taken back twice: %v", err)
		}
		if b := w.sendSouls("2025-06-20", 10, renewed); diffOf(b) != "before 13 +0 ~0 =13 -0 ?0 " || len(w.questions()) != 0 {
			t.Error(diffOf(b))
		}
	})
}

func TestASameIsNotTakenBackWhereAnotherSourceSaysIt(t *testing.T) {
	for name, early := range map[string]bool{"before it was decided": true, "afterwards": false} {
		t.Run(name, func(t *testing.T) {
			eachWorld(t, func(t *testing.T, w *world) {
				w.sendSouls("2025-05-01", 1, jane)
				w.sendSouls("2025-06-01", 2, jane.under(passport(2)))
				item, people, _, err := w.reviews().Item(t.Context(), w.question().ID)
				if err != nil {
					t.Fatal(err)
				}
				if !early {
					w.mustDecide(review.Merge)
				}
				who, err := w.events.Resident(t.Context(), people[0].ID)
				if err != nil {
					t.Fatal(err)
				}
				say := core.Event{Type: core.Correct, Effective: civil.Must("2025-06-02"), Document: item.Row.Person.Documents[0].Document}
				if _, err := w.events.Amend(t.Context(), who.ID, who.Version, []core.Event{say}, w.now()); err != nil {
					t.Fatal(err)
				}
				if early {
					w.mustDecide(review.Merge)
				}
				if err := w.unmerge(item.ID); !errors.Is(err, review.ErrUnfit) {
					t.Error(err)
				}
				w.expect("as it was", janeBoth)
				w.correct(who.ID, item.Row.Person.Documents[0].Document)
				if err := w.unmerge(item.ID); err != nil {
					t.Fatal(err)
				}
				w.expect("once that was corrected", janeGone, janeOther)
			})
		})
	}
}

// correct takes a document out of what the desk said of somebody, as the refusal asks.
func (w *world) correct(id string, wrong core.Document) {
	w.t.Helper()
	said, _, err := w.events.Events(w.t.Context(), id, page.Query{})
	if err != nil {
		w.t.Fatal(err)
	}
	i := slices.IndexFunc(said, func(e core.Recorded) bool { return e.Sender == core.Desk && e.Document == wrong })
	who, err := w.events.Resident(w.t.Context(), id)
	if err != nil || i < 0 {
		w.t.Fatal(i, err)
	}
	own := who.Documents[slices.IndexFunc(who.Documents, func(d core.HeldDocument) bool { return d.Document != wrong })].Document
	right := core.Event{Type: core.Correct, Effective: said[i].Effective, Replaces: said[i].ID, Document: own}
	if _, err := w.events.Amend(w.t.Context(), id, who.Version, []core.Event{right}, w.now()); err != nil {
		w.t.Fatal(err)
	}
}

func TestAWithdrawnListTakesBackWhatWasTakenBack(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.sendSouls("2025-05-01", 1, jane)
		before := w.stays()
		b := w.sendSouls("2025-06-01", 2, jane.under(passport(2)))
		q := w.question()
		w.mustDecide(review.Merge)
		if err := w.unmerge(q.ID); err != nil {
			t.Fatal(err)
		}
		w.undo(b)
		w.expect("withdrawn", janeHere)
		if diff := cmp.Diff(before, w.stays()); diff != "" || w.decided(q.ID).State != review.Gone {
			t.Error(diff, w.decided(q.ID).State)
		}
	})
}
