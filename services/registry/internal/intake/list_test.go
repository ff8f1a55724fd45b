package intake_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/outcome"
)

const listHeader = "公民身份号码,姓名,居住地区划,居住地址,来本地日期,联系电话"

// listed is a person on a full list.
type listed struct {
	n              int
	name, at, room string
	phone          string
}

func person(n int) listed {
	return listed{n, nameOf(n), village, fmt.Sprint("幸福路", n, "号"), "13800000000"}
}

// nameOf is a name that nobody else has.
func nameOf(n int) string {
	const a, b = "小志建国春秋文海", "明华强军丽芳敏静"
	return "王" + string([]rune(a)[n/8%8]) + string([]rune(b)[n%8]) + strings.Repeat("子", n/64)
}

func (p listed) row() string {
	return fmt.Sprintf("%s,%s,%s,%s,2024-03-01,%s", citizen(p.n), p.name, p.at, p.room, p.phone)
}

// sendList sends a full list of a day and applies what may be applied.
func (w *world) sendList(day string, sequence int64, people []listed, more ...string) intake.Batch {
	w.t.Helper()
	b, err := w.queueList(day, sequence, people, more...)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.run(nil); err != nil {
		w.t.Fatal(err)
	}
	return w.batch(b.ID)
}

func (w *world) queueList(day string, sequence int64, people []listed, more ...string) (intake.Batch, error) {
	rows := more
	for _, p := range people {
		rows = append(rows, p.row())
	}
	file := []byte(listHeader + "\n" + strings.Join(rows, "\n") + "\n")
	h := withManifest(ga, file, sequence, len(rows))
	h.Manifest.Kind, h.Manifest.SnapshotDate = intake.Snapshot, civil.Must(day)
	return w.receive(h, file)
}

// living is who lives where, as the registry has it.
func (w *world) living() []string {
	var out []string
	for _, r := range w.query("SELECT r.resident_id, s.division FROM resident r JOIN stay s ON s.resident_id = r.resident_id WHERE r.known = 1 AND s.left_on = 0 ORDER BY 2, 1") {
		out = append(out, r[1])
	}
	return out
}

func people(from, to int) (out []listed) {
	for n := from; n < to; n++ {
		out = append(out, person(n))
	}
	return out
}

func diffOf(b intake.Batch) string {
	d := b.Diff
	return fmt.Sprintf("before %d +%d ~%d =%d -%d ?%d %s", d.Before, d.Arrived, d.Changed, d.Unchanged, d.Gone, d.Unclear, d.Hold)
}

func TestAFullListBecomesTheDifferencesFromTheOneBefore(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		first := w.sendList("2025-05-01", 1, people(0, 50))
		if diffOf(first) != "before 0 +50 ~0 =0 -0 ?0 " || first.Counts[outcome.Created] != 50 || first.State != intake.Succeeded {
			t.Fatal(diffOf(first), first.Counts, first.State, first.Failure)
		}
		next := append(people(5, 50), people(60, 63)...) // five are gone, three are new
		next[0].at = village2                            // moved
		next[1].phone = "13900000000"                    // corrected
		second := w.sendList("2025-06-01", 2, next)
		if diffOf(second) != "before 50 +3 ~2 =43 -5 ?0 " {
			t.Error(diffOf(second))
		}
		want := intake.Counts{outcome.Created: 3, outcome.Updated: 7, outcome.Unchanged: 43}
		if second.Counts != want {
			t.Errorf("counts %v instead of %v; refused %v", second.Counts, want, w.rowsOf(second.ID, outcome.Refused, outcome.NeedsReview, outcome.Pending))
		}
		if n := len(w.living()); n != 48 {
			t.Errorf("%d live here", n)
		}
		if left := w.query("SELECT resident_id FROM stay WHERE left_on = 20250601"); len(left) != 5 {
			t.Errorf("%d left on the day of the list", len(left))
		}
		// The same list of a later day changes nothing.
		third := w.sendList("2025-06-02", 3, next)
		if diffOf(third) != "before 48 +0 ~0 =48 -0 ?0 " || third.Counts[outcome.Unchanged] != 48 {
			t.Error(diffOf(third), third.Counts)
		}
		// Corrected again: the correction is of the first event, not of the last.
		next[1].phone, next[2].name = "13700000000", "王大明"
		fourth := w.sendList("2025-06-03", 4, next)
		if diffOf(fourth) != "before 48 +0 ~2 =46 -0 ?0 " || fourth.Counts[outcome.Updated] != 2 {
			t.Error(diffOf(fourth), fourth.Counts)
		}
	})
}

func TestAListWithTooManyGoneWaitsForAPerson(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.sendList("2025-05-01", 1, people(0, 50))
		held := w.sendList("2025-06-01", 2, people(0, 39)) // 22 % are gone
		if held.State != intake.Held || held.Failure != "SNAPSHOT_MANY_GONE" || held.Counts.Received() != 0 || len(w.living()) != 50 || len(w.spooled()) != 1 {
			t.Fatalf("state %d %s, %v, %d live here", held.State, held.Failure, held.Counts, len(w.living()))
		}
		in := w.process(w.store, nil)
		// Cancelling and resuming does not stand for confirming.
		if _, err := in.Cancel(t.Context(), held.ID); err != nil {
			t.Fatal(err)
		}
		if b, err := in.Resume(t.Context(), held.ID); err != nil || b.State != intake.Held {
			t.Fatal(b.State, err)
		}
		if _, err := in.Confirm(t.Context(), held.ID); err != nil {
			t.Fatal(err)
		}
		if err := w.run(nil); err != nil {
			t.Fatal(err)
		}
		if b := w.batch(held.ID); b.State != intake.Succeeded || !b.Diff.Confirmed || len(w.living()) != 39 || b.Counts.Received() != 50 {
			t.Errorf("state %d %s, %d live here, %v", b.State, b.Failure, len(w.living()), b.Counts)
		}
		if _, err := in.Confirm(t.Context(), held.ID); !errors.Is(err, intake.ErrBatchState) {
			t.Errorf("confirmed twice: %v", err)
		}
	})
}

func TestARowThatNamesNobodyKeepsOthersFromBeingGone(t *testing.T) {
	w := newSQLiteWorld(t)
	w.sendList("2025-05-01", 1, people(0, 50))
	torn := strings.Replace(person(3).row(), citizen(3), "9.90101E+17", 1)
	held := w.sendList("2025-06-01", 2, people(4, 50), torn) // 0 to 2 are gone, and 3 may be the torn one
	if held.State != intake.Held || held.Failure != "SNAPSHOT_ROWS_UNCLEAR" || held.Diff.Unclear != 1 {
		t.Errorf("state %d %s %s", held.State, held.Failure, diffOf(held))
	}
	// A row that is refused for something else still shows that its person is there.
	wrong := person(4)
	wrong.at = "9901"
	ok := w.sendList("2025-06-02", 3, append(people(5, 50), wrong, person(0), person(1), person(2), person(3)))
	if ok.State != intake.Succeeded || ok.Diff.Gone != 0 || ok.Counts[outcome.Refused] != 1 || len(w.living()) != 50 {
		t.Errorf("state %d %s, %v, %d live here", ok.State, diffOf(ok), ok.Counts, len(w.living()))
	}
}

func TestTheSamePersonTwiceOnAListIsRefusedOnce(t *testing.T) {
	w := newSQLiteWorld(t)
	b := w.sendList("2025-05-01", 1, append(people(0, 30), person(7)))
	if diff := cmp.Diff([]string{"32 7 SNAPSHOT_ROW_TWICE"}, w.rowsOf(b.ID, outcome.Refused)); diff != "" || b.Counts[outcome.Created] != 30 {
		t.Error(diff, b.Counts)
	}
}

func TestARehearsedListShowsItsDifferenceAndChangesNothing(t *testing.T) {
	w := newSQLiteWorld(t)
	w.sendList("2025-05-01", 1, people(0, 50))
	before := w.query("SELECT resident_id, version FROM resident ORDER BY 1")
	rows := listHeader
	for _, p := range people(30, 50) {
		rows += "\n" + p.row()
	}
	file := []byte(rows + "\n")
	h := withManifest(ga, file, 2, 20)
	h.Manifest.Kind, h.Manifest.SnapshotDate, h.ValidateOnly = intake.Snapshot, civil.Must("2025-06-01"), true
	b := w.load(h, file)
	if b.State != intake.Succeeded || diffOf(b) != "before 50 +0 ~0 =20 -30 ?0 SNAPSHOT_MANY_GONE" || b.Counts[outcome.Updated] != 30 {
		t.Errorf("state %d %s, %v", b.State, diffOf(b), b.Counts)
	}
	if diff := cmp.Diff(before, w.query("SELECT resident_id, version FROM resident ORDER BY 1")); diff != "" {
		t.Error(diff)
	}
	if n := len(w.query("SELECT DISTINCT batch_id FROM feed_list")); n != 1 {
		t.Errorf("%d lists are kept", n)
	}
}

func TestAListConfirmedAfterANewerOneIsOutdated(t *testing.T) {
	w := newSQLiteWorld(t)
	w.sendList("2025-05-01", 1, people(0, 50))
	held := w.sendList("2025-06-01", 2, people(0, 10))
	w.sendList("2025-06-02", 3, people(0, 51))
	if _, err := w.process(w.store, nil).Confirm(t.Context(), held.ID); err != nil {
		t.Fatal(err)
	}
	if err := w.run(nil); err != nil {
		t.Fatal(err)
	}
	if b := w.batch(held.ID); b.State != intake.Failed || b.Failure != "SNAPSHOT_OUTDATED" || len(w.living()) != 51 {
		t.Errorf("state %d %s, %d live here", b.State, b.Failure, len(w.living()))
	}
}

func TestAWithdrawnListLetsTheOneBeforeHoldAgain(t *testing.T) {
	w := newSQLiteWorld(t)
	w.sendList("2025-05-01", 1, people(0, 50))
	wrong := w.sendList("2025-06-01", 2, people(3, 52))
	if len(w.living()) != 49 {
		t.Fatal(len(w.living()))
	}
	if _, err := w.process(w.store, nil).Undo(t.Context(), wrong.ID, "错发"); err != nil {
		t.Fatal(err)
	}
	if err := w.run(nil); err != nil {
		t.Fatal(err)
	}
	if n := len(w.living()); n != 50 {
		t.Errorf("%d live here after the withdrawal", n)
	}
	if b := w.sendList("2025-06-01", 2, people(1, 50)); diffOf(b) != "before 50 +0 ~0 =49 -1 ?0 " {
		t.Error(diffOf(b))
	}
}

func TestListsWithdrawnOneAfterTheOtherLetEachBeforeThemHoldAgain(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		sizes := []int{40, 41, 42, 43, 44}
		var sent []intake.Batch
		for n, size := range sizes {
			sent = append(sent, w.sendList(fmt.Sprintf("2025-05-0%d", n+1), int64(n)+1, people(0, size)))
		}
		if lists := w.query("SELECT DISTINCT batch_id FROM feed_list"); len(lists) != 4 {
			t.Errorf("%d lists are kept", len(lists))
		}
		for n := len(sizes) - 1; n > 1; n-- {
			if _, err := w.process(w.store, nil).Undo(t.Context(), sent[n].ID, "错发"); err != nil {
				t.Fatal(err)
			}
			if err := w.run(nil); err != nil {
				t.Fatal(err)
			}
			if got := len(w.living()); got != sizes[n-1] {
				t.Errorf("%d live here after list %d is withdrawn, want %d", got, n+1, sizes[n-1])
			}
		}
		// The next is compared with the second one, the latest that was not withdrawn.
		if b := w.sendList("2025-06-01", 6, people(1, 45)); diffOf(b) != "before 41 +4 ~0 =40 -1 ?0 " {
			t.Error(diffOf(b))
		}
	})
}

func TestKillingTheWorkerOnAListChangesNothingInTheEnd(t *testing.T) {
	before, after := people(0, 70), append(people(9, 70), people(80, 95)...)
	for i := range after {
		if i%7 == 0 {
			after[i].at = village2
		}
	}
	prepare := func() *world {
		w := newSQLiteWorld(t)
		w.sendList("2025-05-01", 1, before)
		if _, err := w.queueList("2025-06-01", 2, after); err != nil {
			t.Fatal(err)
		}
		return w
	}
	state := func(w *world) []string {
		out := w.living()
		for _, r := range w.results() {
			out = append(out, fmt.Sprint(r.Number, " ", r.Outcome))
		}
		for _, r := range w.query("SELECT counts, diff, state FROM feed_batch") {
			r[1] = r[1][strings.Index(r[1], `"before"`):]
			out = append(out, strings.Join(r, " "))
		}
		slices.Sort(out)
		return out
	}
	w := prepare()
	passed := passes(t, w)
	want := state(w)
	if len(want) < 200 || passed["chunk.listed"] < 3 || passed["list.compared"] != 1 || passed["list.applied"] != 1 {
		t.Fatal(len(want), passed)
	}
	killEverywhere(t, passed, prepare, want, state)
}

func TestAnySequenceOfListsEndsInTheLastOne(t *testing.T) {
	w := newSQLiteWorld(t)
	w.rows = 0
	r := rand.New(rand.NewPCG(5, 9))
	here := map[int]listed{}
	var base []listed
	for n := range 200 {
		here[n] = person(n)
		base = append(base, here[n])
	}
	w.sendList("2025-01-01", 1, base)
	gone, back := map[int]bool{}, 0
	for round := range 8 {
		for range 16 { // some leave, some come back after one list or many, some move
			n := r.IntN(200)
			if p, ok := here[n]; !ok {
				here[n] = person(n)
				back++
			} else if r.IntN(2) == 0 {
				delete(here, n)
				gone[n] = true
			} else {
				p.at = []string{village, village2}[r.IntN(2)]
				here[n] = p
			}
		}
		var list []listed
		for n := range 200 {
			if p, ok := here[n]; ok {
				list = append(list, p)
			}
		}
		r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		b := w.sendList(civil.Must("2025-02-01").AddDays(round*10).String(), int64(round+2), list)
		if b.State != intake.Succeeded || b.Counts.Received() != int64(len(list))+b.Diff.Gone {
			t.Fatal(b.State, b.Failure, b.Counts, diffOf(b))
		}
		var want []string
		for _, p := range list {
			want = append(want, p.at)
		}
		slices.Sort(want)
		if diff := cmp.Diff(want, w.living()); diff != "" {
			t.Fatalf("round %d: %s", round, diff)
		}
	}
	if len(gone) < 20 || back < 5 {
		t.Error("hardly anybody left or came back")
	}
}
