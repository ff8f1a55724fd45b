package intake_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"xinju.dev/services/platform/intake"
	"xinju.dev/services/registry/internal/review"
)

// bearer is who really goes under some documents, whatever the registry thinks.
type bearer struct {
	soul
	here    bool
	numbers []int // of the documents, the one that holds last
	renewed int   // round in which it last was
}

func (p *bearer) row() soul { return p.under(card(p.numbers[len(p.numbers)-1])) }

// decideAsItIs answers questions by who people really are, where it errs after
// it was taken back.
func (w *world) decideAsItIs(whose map[string]int, errs bool) {
	w.t.Helper()
	for _, q := range w.questions() {
		item, people, _, err := w.reviews().Item(w.t.Context(), q.ID)
		if err != nil || item.State != review.Open {
			w.t.Fatal(item.State, err)
		}
		who, verdict, resident := whose[item.Row.Person.Documents[0].Number.Reveal()], review.AreTwo, ""
		for _, p := range people {
			if whose[p.Documents[0].Number.Reveal()] == who {
				verdict, resident = review.Merge, p.ID
			}
		}
		if errs && verdict == review.AreTwo && len(people) > 0 {
			if err := w.decide(item, review.Merge, people[0].ID); err != nil {
				w.t.Fatal(err)
			}
			item, verdict = w.decided(q.ID), review.UndoMerge
		}
		if err := w.decide(item, verdict, resident); err != nil {
			w.t.Fatal(err)
		}
	}
}

// history are lists of a few people, among them many of one name and day, who
// come, leave, come back and renew their documents.
func history(r *rand.Rand, rounds int) (lists [][]soul, whose map[string]int, ever int) {
	whose = map[string]int{}
	var all []*bearer
	next := 0
	give := func(p *bearer, who int) {
		next += 2 // all of one sex
		p.numbers = append(p.numbers, next)
		whose[citizen(next)] = who
	}
	for n := range 9 {
		p := &bearer{soul: soul{"", "张伟", "男", "1980-01-01", fmt.Sprintf("平安路%d号", n), ""}, here: n < 6, renewed: -9}
		if n%3 == 0 {
			p.name = "新生儿"
		}
		give(p, n)
		all = append(all, p)
	}
	seen := map[int]bool{}
	for round := range rounds {
		var list []soul
		for n, p := range all {
			settled := round-p.renewed > 2 // by then somebody has decided
			switch {
			case round > 0 && settled && r.IntN(4) == 0:
				p.here = !p.here
			case p.here && seen[n] && settled && r.IntN(3) == 0:
				give(p, n)
				p.renewed = round
			}
			if p.here {
				seen[n] = true
				list = append(list, p.row())
			}
		}
		lists = append(lists, list)
	}
	return lists, whose, len(seen)
}

// However the rows of lists are ordered, cut and interrupted, and whether people
// decide at once or a list later, each person is one resident in the end, and
// lives here exactly when the last list says so.
func TestWhoPeopleAreDependsOnListsAndDecisionsAlone(t *testing.T) {
	for seed := range uint64(5) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			lists, whose, ever := history(rand.New(rand.NewPCG(seed, 7)), 7)
			var want []string
			for variant := range uint64(3) {
				r := rand.New(rand.NewPCG(seed, variant))
				w := newSQLiteWorld(t)
				w.rows = []int{20, 3, 1}[variant]
				for round, list := range lists {
					list = slices.Clone(list)
					r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
					w.sendTorn(r, variant > 0, fmt.Sprintf("2025-06-%02d", round+1), int64(round+1), list)
					if round%2 == 1 || round == len(lists)-1 {
						w.decideAsItIs(whose, variant == 2)
					}
				}
				got := w.souls()
				if len(got) != ever {
					t.Errorf("variant %d: %d residents of %d people: %s", variant, len(got), ever, strings.Join(got, "\n"))
				}
				here := 0
				for _, line := range got {
					if strings.Contains(line, "– ") {
						here++
					}
				}
				if n := len(lists[len(lists)-1]); here != n {
					t.Errorf("variant %d: %d live here, the last list has %d: %s", variant, here, n, strings.Join(got, "\n"))
				}
				if variant == 0 {
					want = got
				} else if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("variant %d: %s", variant, diff)
				}
			}
		})
	}
}

// sendTorn sends a list and kills its worker now and then.
func (w *world) sendTorn(r *rand.Rand, torn bool, day string, sequence int64, list []soul) {
	w.t.Helper()
	b := w.queueSouls(day, sequence, list...)
	for torn && r.IntN(3) > 0 {
		at := r.IntN(25)
		err := w.run(func(string) error {
			if at--; at < 0 {
				return errKilled
			}
			return nil
		})
		if err != nil && !errors.Is(err, errKilled) {
			w.t.Fatal(err)
		}
	}
	if err := w.run(nil); err != nil {
		w.t.Fatal(err)
	}
	if b = w.batch(b.ID); b.State == intake.Held { // many of few people are missing
		if _, err := w.process(w.store, nil).Confirm(w.t.Context(), b.ID); err != nil {
			w.t.Fatal(err)
		}
		if err := w.run(nil); err != nil {
			w.t.Fatal(err)
		}
		b = w.batch(b.ID)
	}
	if b.State != intake.Succeeded || b.Counts.Received() != 12+int64(len(list))+b.Diff.Gone {
		w.t.Fatal(b.State, b.Failure, b.Counts, diffOf(b))
	}
}

func TestKillingTheWorkerOnAListWithQuestionsChangesNothingInTheEnd(t *testing.T) {
	known := soul{passport(7), "新生儿", "男", "2001-02-03", "平安路7号", ""}
	other := soul{card(9), "张伟", "女", "1980-01-01", "平安路4号", ""}
	prepare := func() *world {
		w := newSQLiteWorld(t)
		w.load(intake.Header{Sender: "ga-990102"}, fileOf("E1,居住登记,2025-04-20,"+citizen(5)+",王小明,,"+village2+",平安路1号,,,,"))
		w.sendSouls("2025-05-01", 1, jane, known, other)
		w.rows = 4
		w.queueSouls("2025-06-01", 2, jane.under(passport(2)), known.under(card(5)), other.under(card(11)))
		return w
	}
	state := func(w *world) (out []string) {
		w.confirm()
		out = w.souls()
		for _, r := range w.results() {
			out = append(out, fmt.Sprint(r.Number, " ", r.Outcome, " ", r.Reason))
		}
		for _, q := range []string{
			"SELECT 'item', kind, state, division, version FROM review_item", "SELECT 'asked', sender, row_no, answer FROM review_listed",
			"SELECT 'entry', diff, COUNT(*) FROM feed_list GROUP BY batch_id, diff", "SELECT 'batch', state, counts FROM feed_batch",
		} {
			for _, r := range w.query(q) {
				out = append(out, strings.Join(r, " "))
			}
		}
		slices.Sort(out)
		return out
	}
	w := prepare()
	passed := passes(t, w)
	want := state(w)
	if len(w.questions()) != 2 || len(want) < 30 {
		t.Fatal(len(w.questions()), want)
	}
	killEverywhere(t, passed, prepare, want, state)
}

// confirm lets the list that is held go on.
func (w *world) confirm() {
	w.t.Helper()
	for _, r := range w.query("SELECT batch_id FROM feed_batch WHERE state = 6") {
		if _, err := w.process(w.store, nil).Confirm(w.t.Context(), r[0]); err != nil {
			w.t.Fatal(err)
		}
	}
	if err := w.run(nil); err != nil {
		w.t.Fatal(err)
	}
}
