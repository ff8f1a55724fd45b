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
	"xinju.dev/services/platform/outcome"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/registry/internal/match"
	"xinju.dev/services/registry/internal/review"
	"xinju.dev/services/registry/internal/store"
)

const soulHeader = "证件类型,证件号码,国籍,姓名,性别,出生日期,居住地区划,居住地址,来本地日期,联系电话"

// soul is a person on a full list, with any document.
type soul struct {
	document                      string // kind, number and country as three cells
	name, sex, birth, room, phone string
}

func (p soul) row() string {
	return strings.Join([]string{p.document, p.name, p.sex, p.birth, village, p.room, "2025-03-01", p.phone}, ",")
}

func passport(n int) string { return fmt.Sprintf("护照,E%08d,GBR", n) }
func card(n int) string     { return "居民身份证," + citizen(n) + "," }

var jane = soul{passport(1), "Jane Smith", "女", "1990-05-02", "平安路2号", "13800000001"}

func (p soul) under(document string) soul { p.document = document; return p }

// sendSouls sends a full list of a day, of some people and of twelve who never change.
func (w *world) sendSouls(day string, sequence int64, souls ...soul) intake.Batch {
	w.t.Helper()
	b := w.queueSouls(day, sequence, souls...)
	if err := w.run(nil); err != nil {
		w.t.Fatal(err)
	}
	b = w.batch(b.ID)
	if b.State != intake.Succeeded {
		w.t.Fatal(b.State, b.Failure)
	}
	return b
}

func (w *world) queueSouls(day string, sequence int64, souls ...soul) intake.Batch {
	w.t.Helper()
	var rows []string
	for n := range 12 {
		rows = append(rows, soul{card(900 + n), nameOf(900 + n), "男", "", "长安街1号", ""}.row())
	}
	for _, p := range souls {
		rows = append(rows, p.row())
	}
	file := []byte(soulHeader + "\n" + strings.Join(rows, "\n") + "\n")
	h := withManifest(ga, file, sequence, len(rows))
	h.Manifest.Kind, h.Manifest.SnapshotDate = intake.Snapshot, civil.Must(day)
	b, err := w.receive(h, file)
	if err != nil {
		w.t.Fatal(err)
	}
	return b
}

func (w *world) reviews() *store.Reviews {
	w.t.Helper()
	weights, err := match.Default()
	if err != nil {
		w.t.Fatal(err)
	}
	return store.NewReviews(w.events, weights)
}

// questions are the open items about rows of lists.
func (w *world) questions() []review.Item {
	w.t.Helper()
	list, _, err := w.reviews().Items(w.t.Context(), review.Filter{Kind: review.Listed, Today: civil.DateOf(w.now())}, page.Query{})
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

func (w *world) question() review.Item {
	w.t.Helper()
	list := w.questions()
	if len(list) != 1 {
		w.t.Fatalf("%d questions are open", len(list))
	}
	return list[0]
}

func (w *world) decide(i review.Item, v review.Verdict, resident string) error {
	_, err := w.reviews().Decide(w.t.Context(), record.Request{}, review.Choice{
		ItemID: i.ID, Version: i.Version, ResidentID: resident, Decision: review.Decision{Verdict: v, By: "镇01"},
	}, w.now())
	return err
}

func (w *world) mustDecide(v review.Verdict) {
	w.t.Helper()
	if err := w.decide(w.question(), v, ""); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) undo(b intake.Batch) {
	w.t.Helper()
	if _, err := w.process(w.store, nil).Undo(w.t.Context(), b.ID, "错发"); err != nil {
		w.t.Fatal(err)
	}
	if err := w.run(nil); err != nil {
		w.t.Fatal(err)
	}
}

// people are the known persons who lived on 平安路, each with how many documents
// and where they live.
func (w *world) souls() (out []string) {
	w.t.Helper()
	for _, r := range w.query("SELECT resident_id FROM resident WHERE known = 1 ORDER BY resident_id") {
		p, err := w.events.Resident(w.t.Context(), r[0])
		if err != nil {
			w.t.Fatal(err)
		}
		if p.ID != r[0] || !slices.ContainsFunc([]string{"Jane Smith", "Jane Smyth", "张伟", "新生儿"}, func(n string) bool { return n == p.Name }) {
			continue
		}
		line := p.Name
		for _, d := range p.Documents {
			line += " " + d.Number.Reveal()
		}
		for _, s := range p.Stays {
			line += fmt.Sprintf(" | %s–%s", s.Arrived, strings.TrimPrefix(s.Left.String(), "0001-01-01"))
		}
		out = append(out, line+" "+strings.Join(p.Flags, " "))
	}
	slices.Sort(out)
	return out
}

func (w *world) expect(what string, want ...string) {
	w.t.Helper()
	got := w.souls()
	for i := range got {
		got[i] = strings.TrimSpace(got[i])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		w.t.Errorf("%s: %s", what, diff)
	}
}

const (
	janeHere  = "Jane Smith E00000001 | 2025-03-01–"
	janeBoth  = "Jane Smith E00000002 E00000001 | 2025-03-01–"
	janeGone  = "Jane Smith E00000001 | 2025-03-01–2025-06-01"
	janeOther = "Jane Smith E00000002 | 2025-03-01–"
)

func TestAPersonUnderANewDocumentIsNeitherGoneNorNew(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.sendSouls("2025-05-01", 1, jane)
		b := w.sendSouls("2025-06-01", 2, jane.under(passport(2)))
		if got := w.rowsOf(b.ID, outcome.NeedsReview); len(got) != 1 || !strings.HasSuffix(got[0], "LIST_DOCUMENT_CHANGED") {
			t.Errorf("%v", got)
		}
		if diffOf(b) != "before 13 +1 ~0 =12 -0 ?0 " || b.Diff.Missed != 1 || b.Counts.Received() != 13 {
			t.Error(diffOf(b), b.Diff.Missed, b.Counts)
		}
		w.expect("while nobody has decided", janeHere)
		item, people, _, err := w.reviews().Item(t.Context(), w.question().ID)
		if err != nil || len(people) != 1 || item.Row == nil || item.Row.BatchID != b.ID || item.Row.Row != 14 || item.Row.Sender != ga.Sender ||
			item.Row.Person.Name != "Jane Smith" || item.Row.Person.Documents[0].Number.Reveal() != "E00000002" || len(item.Fields) == 0 || item.Division != village {
			t.Errorf("%+v %+v %v", item, people, err)
		}
	})
}

func TestWhoIsConfirmedTheSameKeepsTheirHistoryUnderBothDocuments(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.sendSouls("2025-05-01", 1, jane)
		renewed := jane.under(passport(2))
		w.sendSouls("2025-06-01", 2, renewed)
		w.mustDecide(review.Merge)
		w.expect("decided the same", janeBoth)
		if n := len(w.questions()); n != 0 {
			t.Errorf("%d questions", n)
		}
		same := w.sendSouls("2025-06-02", 3, renewed)
		if diffOf(same) != "before 13 +0 ~0 =13 -0 ?0 " {
			t.Error(diffOf(same))
		}
		renewed.phone = "13900000000" // a correction leaves the old document where it was
		w.sendSouls("2025-06-03", 4, renewed)
		w.expect("corrected after it", janeBoth)
		if gone := w.sendSouls("2025-06-04", 5); gone.Diff.Gone != 1 {
			t.Error(diffOf(gone))
		}
		w.expect("gone after it", "Jane Smith E00000002 E00000001 | 2025-03-01–2025-06-04")
		// The old document comes back: the registry knows whose it is, and asks nobody.
		w.sendSouls("2025-06-10", 6, jane.under(passport(2)))
		w.sendSouls("2025-06-11", 7, jane)
		if n := len(w.questions()); n != 0 || !strings.HasSuffix(w.souls()[0], "2025-06-10– ") {
			t.Errorf("%d questions, %v", n, w.souls())
		}
	})
}

func TestWhoIsConfirmedAnotherArrivesAndTheOtherOneLeaves(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.sendSouls("2025-05-01", 1, jane)
		w.sendSouls("2025-06-01", 2, jane.under(passport(2)))
		w.mustDecide(review.AreTwo)
		w.expect("decided two", janeGone, janeOther)
		next := w.sendSouls("2025-06-02", 3, jane.under(passport(2)))
		if diffOf(next) != "before 13 +0 ~0 =13 -0 ?0 " || len(w.questions()) != 0 {
			t.Error(diffOf(next))
		}
		// Who comes back is known, and nobody is asked about them again.
		w.sendSouls("2025-06-10", 4, jane)
		if n := len(w.questions()); n != 0 {
			t.Errorf("%d questions", n)
		}
	})
}

func TestWhatNobodyDecidesIsAskedOnce(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.sendSouls("2025-05-01", 1, jane)
		renewed := jane.under(passport(2))
		w.sendSouls("2025-06-01", 2, renewed)
		first := w.question()
		renewed.phone, renewed.name = "13900000000", "Jane Smyth" // also when the row changes
		again := w.sendSouls("2025-06-02", 3, renewed)
		if q := w.question(); q.ID != first.ID || again.Counts[outcome.NeedsReview] != 1 || diffOf(again) != "before 13 +1 ~0 =12 -0 ?0 " {
			t.Errorf("%v %s %v", q.ID == first.ID, diffOf(again), again.Counts)
		}
		w.expect("asked again", janeHere)
		renewed.birth = "1990-13-02" // nor when it is refused
		w.sendSouls("2025-06-03", 4, renewed)
		if q := w.question(); q.ID != first.ID {
			t.Error("asked anew")
		}
		w.expect("refused meanwhile", janeHere)
		w.mustDecide(review.Merge)
		if got := w.souls(); len(got) != 1 || !strings.Contains(got[0], "E00000002 E00000001 | 2025-03-01– ") {
			t.Error(got)
		}
		renewed.birth = "1990-05-02"
		if b := w.sendSouls("2025-06-04", 5, renewed); b.Counts[outcome.Unchanged] != 13 {
			t.Error(diffOf(b), b.Counts)
		}
	})
}

func TestALaterListMayAnswerByItself(t *testing.T) {
	for _, c := range []struct {
		name string
		next []soul
		want []string
	}{
		{"the old document is back", []soul{jane}, []string{janeHere}},
		{"both are there", []soul{jane, jane.under(passport(2))}, []string{janeHere, janeOther}},
		{"neither is there", nil, []string{"Jane Smith E00000001 | 2025-03-01–2025-06-02"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			eachWorld(t, func(t *testing.T, w *world) {
				w.sendSouls("2025-05-01", 1, jane)
				w.sendSouls("2025-06-01", 2, jane.under(passport(2)))
				asked := w.question()
				later := w.sendSouls("2025-06-02", 3, c.next...)
				w.expect("after the next list", c.want...)
				if rows := later.Counts.Received(); rows != 12+int64(len(c.next))+later.Diff.Gone || later.Counts[outcome.Pending] != 0 {
					t.Errorf("%v %s", later.Counts, diffOf(later))
				}
				item, _, _, err := w.reviews().Item(t.Context(), asked.ID)
				if err != nil || item.State != review.Gone || item.Row != nil {
					t.Errorf("state %d, %v", item.State, err)
				}
				if err := w.decide(item, review.Merge, ""); !errors.Is(err, review.ErrUnfit) {
					t.Errorf("decided all the same: %v", err)
				}
				w.undo(later) // and the list before asks again
				if q := w.question(); q.ID != asked.ID {
					t.Error("another item")
				}
				w.expect("after the withdrawal", janeHere)
				w.mustDecide(review.Merge)
				w.expect("decided at last", janeBoth)
			})
		})
	}
}

func TestAWithdrawnListTakesBackWhatWasDecided(t *testing.T) {
	for name, v := range map[string]review.Verdict{"nothing": 0, "the same": review.Merge, "two": review.AreTwo} {
		t.Run(name, func(t *testing.T) {
			eachWorld(t, func(t *testing.T, w *world) {
				w.sendSouls("2025-05-01", 1, jane)
				before := w.stays()
				b := w.sendSouls("2025-06-01", 2, jane.under(passport(2)))
				asked := w.question()
				if v != 0 {
					w.mustDecide(v)
				}
				w.undo(b)
				w.expect("withdrawn", janeHere)
				if diff := cmp.Diff(before, w.stays()); diff != "" || len(w.questions()) != 0 {
					t.Error(diff, len(w.questions()))
				}
				if got := w.query("SELECT COUNT(*) FROM document WHERE resident_id <> ''"); got[0][0] != "13" {
					t.Errorf("%s documents", got[0][0])
				}
				if item, _, _, err := w.reviews().Item(t.Context(), asked.ID); err != nil || item.State != review.Gone {
					t.Error(item.State, err)
				}
				w.sendSouls("2025-06-01", 2, jane.under(passport(2)))
				if q := w.question(); q.ID != asked.ID {
					t.Error("another item")
				}
			})
		})
	}
}
