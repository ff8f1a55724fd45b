package facts_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"gorm.io/gorm"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"

	"xinju.dev/services/maternal/internal/core"
	"xinju.dev/services/maternal/internal/store"
	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/ids"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"
)

// ward is a service's stores with what the cases need around them.
type ward struct {
	store.Stores
	t  *testing.T
	db *sqlstore.DB
}

// eachWard runs a case on both engines.
func eachWard(t *testing.T, test func(t *testing.T, w ward)) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		test(t, ward{open(db, testkit.NewClock(civil.Must("2026-06-30")).Now), t, db})
	})
}

// pregnant stores n pregnancies of different residents that began on 2025-10-01.
func (w ward) pregnant(n int) []core.Pregnancy {
	w.t.Helper()
	items := make([]core.Pregnancy, n)
	for i := range items {
		items[i] = core.Pregnancy{Base: record.Base{ResidentID: ids.New(time.UnixMilli(1_780_000_000_000))}, Registered: civil.Must("2025-12-01"), LMP: civil.Must("2025-10-01")}
	}
	out, err := w.Pregnancies.Create(w.t.Context(), record.Request{}, items)
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

func birth(p core.Pregnancy, day string, live int) core.Delivery {
	return core.Delivery{Base: record.Base{ResidentID: p.ResidentID}, PregnancyID: p.ID, On: civil.Must(day), LiveBirths: live, Stillbirths: 1 - min(live, 1)}
}

func (w ward) deliver(deliveries ...core.Delivery) []core.Delivery {
	w.t.Helper()
	out, err := w.Deliveries.Create(w.t.Context(), record.Request{}, deliveries)
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

// stands checks how a pregnancy stands; ended is "" while it goes on.
func (w ward) stands(id, ended string, outcome core.Outcome) {
	w.t.Helper()
	p, err := w.Pregnancies.Get(w.t.Context(), id)
	if err != nil || p.Ended.String() != ended || p.Outcome != outcome {
		w.t.Errorf("the pregnancy ended %q with outcome %d, %v; want %q, %d", p.Ended, p.Outcome, err, ended, outcome)
	}
}

// feed returns the changes after a position as "kind deleted ended outcome".
func (w ward) feed(after int64) []string {
	w.t.Helper()
	read, err := changefeed.Read(w.t.Context(), w.db, "", after, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	var out []string
	for _, c := range read.Changes {
		line := feedv1.FactKind(c.Fact.Kind).String()[len("FACT_KIND_"):]
		if c.Fact.Deleted {
			line += " deleted"
		}
		if c.Fact.Kind == int32(feedv1.FactKind_FACT_KIND_PREGNANCY) {
			var body feedv1.PregnancyFact
			if err := proto.Unmarshal(c.Fact.Body, &body); err != nil {
				w.t.Fatal(err)
			}
			line += fmt.Sprintf(" %d %d", body.GetEndedYmd(), body.GetOutcome())
		}
		out = append(out, line)
	}
	return out
}

func (w ward) head() int64 {
	w.t.Helper()
	h, err := changefeed.ReadHead(w.t.Context(), w.db)
	if err != nil {
		w.t.Fatal(err)
	}
	return h.Position
}

func indexOf(err error) string {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f.Meta["index"]
	}
	return "none"
}

func TestADeliveryEndsItsPregnancyAndBothAreTold(t *testing.T) {
	eachWard(t, func(t *testing.T, w ward) {
		p := w.pregnant(2)
		before := w.head()
		made := w.deliver(birth(p[0], "2026-06-20", 2), birth(p[1], "2026-06-21", 0))
		w.stands(p[0].ID, "2026-06-20", core.LiveBirth)
		w.stands(p[1].ID, "2026-06-21", core.Stillbirth)
		if diff := cmp.Diff([]string{"DELIVERY", "DELIVERY", "PREGNANCY 20260620 1", "PREGNANCY 20260621 2"}, w.feed(before)); diff != "" {
			t.Error(diff)
		}
		before = w.head()
		made[0].InHospital = true
		same, err := w.Deliveries.Update(t.Context(), made[0])
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"DELIVERY"}, w.feed(before)); diff != "" {
			t.Errorf("what does not touch the pregnancy: %s", diff)
		}
		before = w.head()
		same.On, same.LiveBirths, same.Stillbirths = civil.Must("2026-06-19"), 0, 1
		moved, err := w.Deliveries.Update(t.Context(), same)
		if err != nil {
			t.Fatal(err)
		}
		w.stands(p[0].ID, "2026-06-19", core.Stillbirth)
		if diff := cmp.Diff([]string{"DELIVERY", "PREGNANCY 20260619 2"}, w.feed(before)); diff != "" {
			t.Error(diff)
		}
		moved.PregnancyID = p[1].ID
		if _, err := w.Deliveries.Update(t.Context(), moved); !errors.Is(err, core.ErrDeliveryFixed) {
			t.Errorf("moved to another pregnancy: %v", err)
		}
	})
}

func TestADeletedDeliveryReopensItsPregnancy(t *testing.T) {
	eachWard(t, func(t *testing.T, w ward) {
		p := w.pregnant(1)[0]
		for range 2 { // the place of a voided delivery is free again
			made := w.deliver(birth(p, "2026-06-20", 1))[0]
			before := w.head()
			if _, err := w.Deliveries.Delete(t.Context(), made.ID, made.Version+1); !errors.Is(err, record.ErrStale) {
				t.Errorf("a stale version: %v", err)
			}
			if _, err := w.Deliveries.Delete(t.Context(), made.ID, made.Version); err != nil {
				t.Fatal(err)
			}
			w.stands(p.ID, "", core.Ongoing)
			if diff := cmp.Diff([]string{"DELIVERY deleted", "PREGNANCY 0 0"}, w.feed(before)); diff != "" {
				t.Error(diff)
			}
		}
		made := w.deliver(birth(p, "2026-06-20", 1))[0]
		visit := []core.Postnatal{{Base: record.Base{ResidentID: p.ResidentID}, PregnancyID: p.ID, On: civil.Must("2026-06-25"), Kind: 1}}
		visits, err := w.Postnatals.Create(t.Context(), record.Request{}, visit)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Deliveries.Delete(t.Context(), made.ID, made.Version); !errors.Is(err, core.ErrInUse) {
			t.Errorf("while a postnatal visit stands on it: %v", err)
		}
		w.stands(p.ID, "2026-06-20", core.LiveBirth)
		if _, err := w.Postnatals.Delete(t.Context(), visits[0].ID, 1); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Deliveries.Delete(t.Context(), made.ID, made.Version); err != nil {
			t.Errorf("without it: %v", err)
		}
	})
}

func TestAPregnancyHasOneDelivery(t *testing.T) {
	eachWard(t, func(t *testing.T, w ward) {
		p := w.pregnant(4)
		w.deliver(birth(p[0], "2026-06-20", 1))
		before := w.head()
		for name, tc := range map[string]struct {
			batch []core.Delivery
			want  error
			index string
		}{
			"a second one":     {[]core.Delivery{birth(p[1], "2026-06-20", 1), birth(p[0], "2026-06-20", 1)}, core.ErrDeliveryExists, "1"},
			"twice in a batch": {[]core.Delivery{birth(p[1], "2026-06-20", 1), birth(p[2], "2026-06-20", 1), birth(p[1], "2026-06-20", 1)}, core.ErrDeliveryExists, "2"},
			"of somebody else": {[]core.Delivery{birth(p[1], "2026-06-20", 1), birth(core.Pregnancy{Base: record.Base{ID: p[2].ID, ResidentID: p[3].ResidentID}}, "2026-06-20", 1)}, core.ErrPregnancyNotFound, "1"},
			"too early":        {[]core.Delivery{birth(p[1], "2025-09-30", 1)}, core.ErrOutside, "0"},
		} {
			if _, err := w.Deliveries.Create(t.Context(), record.Request{}, tc.batch); !errors.Is(err, tc.want) || indexOf(err) != tc.index {
				t.Errorf("%s: %v at %s", name, err, indexOf(err))
			}
		}
		if w.head() != before {
			t.Error("what was refused moved the feed")
		}
		w.stands(p[1].ID, "", core.Ongoing)
		var won atomic.Int32
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				switch _, err := w.Deliveries.Create(t.Context(), record.Request{}, []core.Delivery{birth(p[3], "2026-06-22", 1)}); {
				case err == nil:
					won.Add(1)
				case !errors.Is(err, core.ErrDeliveryExists):
					t.Errorf("a loser got %v", err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Errorf("%d of 6 at the same time were stored", won.Load())
		}
	})
}

func TestARetriedDeliveryHasOneEffect(t *testing.T) {
	eachWard(t, func(t *testing.T, w ward) {
		p := w.pregnant(2)
		req, batch := record.NewRequest("birth", []byte("a")), []core.Delivery{birth(p[0], "2026-06-20", 1), birth(p[1], "2026-06-21", 1)}
		first, err := w.Deliveries.Create(t.Context(), req, batch)
		if err != nil {
			t.Fatal(err)
		}
		before := w.head()
		again, err := w.Deliveries.Create(t.Context(), req, batch)
		if diff := cmp.Diff(first, again); err != nil || diff != "" || w.head() != before {
			t.Errorf("again: %v %s", err, diff)
		}
		if _, err := w.Deliveries.Delete(t.Context(), first[1].ID, 1); err != nil {
			t.Fatal(err)
		}
		again, err = w.Deliveries.Create(t.Context(), req, batch)
		if err != nil || len(again) != 2 || !again[1].Deleted || again[0].ID != first[0].ID {
			t.Errorf("after one was voided: %v, %v", again, err)
		}
		if _, err := w.Deliveries.Create(t.Context(), record.NewRequest("birth", []byte("b")), batch); err == nil {
			t.Error("the request id was used for something else")
		}
	})
}

func TestADeliveryDecidesHowItsPregnancyEnded(t *testing.T) {
	eachWard(t, func(t *testing.T, w ward) {
		p := w.pregnant(2)
		w.deliver(birth(p[0], "2026-06-20", 1))
		stored, err := w.Pregnancies.Get(t.Context(), p[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		stored.Risk = 4
		if stored, err = w.Pregnancies.Update(t.Context(), stored); err != nil {
			t.Fatalf("something else: %v", err)
		}
		for name, change := range map[string]func(*core.Pregnancy){
			"the day":     func(p *core.Pregnancy) { p.Ended = p.Ended.AddDays(1) },
			"the outcome": func(p *core.Pregnancy) { p.Outcome = core.Miscarriage },
			"the end":     func(p *core.Pregnancy) { *p = p.Reopened() },
		} {
			other := stored
			change(&other)
			if _, err := w.Pregnancies.Update(t.Context(), other); !errors.Is(err, core.ErrDeliveryDecides) {
				t.Errorf("%s: %v", name, err)
			}
		}
		p[1].Ended, p[1].Outcome = civil.Must("2026-06-20"), core.UnknownOutcome
		if p[1], err = w.Pregnancies.Update(t.Context(), p[1]); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Deliveries.Create(t.Context(), record.Request{}, []core.Delivery{birth(p[1], "2026-06-19", 1)}); !errors.Is(err, core.ErrEnded) {
			t.Errorf("a delivery on another day: %v", err)
		}
		w.deliver(birth(p[1], "2026-06-20", 1))
		w.stands(p[1].ID, "2026-06-20", core.LiveBirth)
	})
}

func TestAPregnancyWithRecordsIsNotVoided(t *testing.T) {
	eachWard(t, func(t *testing.T, w ward) {
		p := w.pregnant(2)
		made := w.deliver(birth(p[0], "2026-06-20", 1))[0]
		if _, err := w.Pregnancies.Delete(t.Context(), p[0].ID, 2); !errors.Is(err, core.ErrInUse) {
			t.Errorf("with a delivery: %v", err)
		}
		if _, err := w.Deliveries.Delete(t.Context(), made.ID, 1); err != nil {
			t.Fatal(err)
		}
		for _, one := range p {
			if _, err := w.Pregnancies.Delete(t.Context(), one.ID, 0); err != nil {
				t.Errorf("without: %v", err)
			}
		}
	})
}

func TestABatchOfVisitsAsksOnceForItsPregnancies(t *testing.T) {
	eachWard(t, func(t *testing.T, w ward) {
		p := w.pregnant(60)
		var queries atomic.Int32
		if err := w.db.Write(t.Context(), func(tx *gorm.DB) error {
			return tx.Callback().Query().After("gorm:query").Register("count", func(q *gorm.DB) {
				if q.Statement.Table == "pregnancy" {
					queries.Add(1)
				}
			})
		}); err != nil {
			t.Fatal(err)
		}
		visits := make([]core.Antenatal, 3*len(p))
		for i := range visits {
			of := p[i%len(p)]
			visits[i] = core.Antenatal{Base: record.Base{ResidentID: of.ResidentID}, PregnancyID: of.ID, On: of.LMP.AddDays(70 + i)}
		}
		made, err := w.Antenatals.Create(t.Context(), record.Request{}, visits)
		if err != nil || len(made) != len(visits) || made[7].Week != 11 {
			t.Fatalf("%d visits, %v", len(made), err)
		}
		if got := queries.Load(); got != 1 {
			t.Errorf("%d queries for the pregnancies of %d visits", got, len(visits))
		}
		visits[100].PregnancyID = p[0].ID // of somebody else
		if _, err := w.Antenatals.Create(t.Context(), record.Request{}, visits); !errors.Is(err, core.ErrPregnancyNotFound) || indexOf(err) != "100" {
			t.Errorf("%v at %s", err, indexOf(err))
		}
	})
}
