package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"gorm.io/gorm"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/idempotency"
	"xinju.dev/services/platform/ids"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry/internal/core"
	"xinju.dev/services/registry/internal/review"
)

// Item returns an item, its residents as they are now, and what was decided,
// latest first. The fields of a pair are compared as the residents are now. It
// fails with REVIEW_ITEM_NOT_FOUND.
func (v *Reviews) Item(ctx context.Context, id string) (item review.Item, residents []core.Resident, decisions []review.Decision, err error) {
	err = v.s.db.Read(ctx, func(tx *gorm.DB) error {
		stored, err := readItem(tx, id, "")
		if err != nil {
			return err
		}
		item = stored.Item
		who := []string{item.ResidentID}
		switch {
		case item.Kind == review.Listed:
			if item.Row, who, err = v.listedRow(tx, &item); err != nil {
				return err
			}
		case item.OtherID != "":
			who = append(who, item.OtherID)
		}
		if residents, err = v.s.readPersons(tx, who); err != nil {
			return err
		}
		if err := v.compareNow(tx, &item, residents); err != nil {
			return err
		}
		v.compareListed(&item, residents)
		decisions, err = v.decisions(tx, id)
		return err
	})
	return item, residents, decisions, err
}

func (v *Reviews) compareNow(tx *gorm.DB, item *review.Item, residents []core.Resident) error {
	if item.Kind != review.Duplicate || len(residents) != 2 || residents[0].ID == residents[1].ID {
		return nil
	}
	r := refreshing{v: v, persons: map[string]*core.Resident{}}
	for i := range residents {
		r.persons[residents[i].ID] = &residents[i]
	}
	mothers, err := r.mothers(tx)
	if err != nil {
		return err
	}
	c := v.weights.Compare(recordOf(&residents[0], mothers[residents[0].MotherDocument]), recordOf(&residents[1], mothers[residents[1].MotherDocument]))
	item.Score, item.Rules, item.Fields = c.Score, c.Rules, c.Fields
	return nil
}

func readItem(tx *gorm.DB, id, lock string) (out storedItem, err error) {
	err = sqlstore.Query(tx, func(r *sql.Rows) error {
		out, err = scanItem(r)
		return err
	}, selectItem+" WHERE item_id = ?"+lock, id)
	if err == nil && out.ID == "" {
		err = review.ErrNotFound
	}
	return out, err
}

// noteJSON is what a decision keeps sealed: both may name persons.
type noteJSON struct {
	By   string `json:"by"`
	Note string `json:"note,omitempty"`
}

func (v *Reviews) decisions(tx *gorm.DB, item string) (out []review.Decision, err error) {
	err = sqlstore.Query(tx, func(r *sql.Rows) error {
		var d review.Decision
		var id string
		var sealed []byte
		var at int64
		if err := r.Scan(&id, &d.Verdict, &sealed, &d.Until, &d.EventID, &at); err != nil {
			return err
		}
		plain, err := v.s.seal.Open("review_decision", id, "note", sealed)
		if err != nil {
			return err
		}
		var n noteJSON
		if err := json.Unmarshal(plain, &n); err != nil {
			return errCoded
		}
		d.By, d.Note, d.Time = n.By, n.Note, time.UnixMilli(at).UTC()
		out = append(out, d)
		return nil
	}, "SELECT decision_id, verdict, sealed, until_date, event_id, decided_ms FROM review_decision WHERE item_id = ? ORDER BY decision_id DESC", item)
	return out, err
}

// Decide records a decision. A MERGE and its undoing are events of the desk, in
// the same transaction: the registry's own rules carry them out, and may refuse
// them. It fails with REVIEW_ITEM_NOT_FOUND, REVIEW_ITEM_CHANGED,
// REVIEW_DECISION_UNFIT, REQUEST_ID_REUSED and with what refuses the event.
func (v *Reviews) Decide(ctx context.Context, req record.Request, c review.Choice, now time.Time) (out review.Item, err error) {
	err = v.s.db.Write(ctx, func(tx *gorm.DB) error {
		prior, found, err := idempotency.Claim(tx, "review.decide", req.ID, req.Digest)
		if err != nil {
			return err
		}
		if found {
			stored, err := readItem(tx, string(prior), "")
			out = stored.Item
			return err
		}
		lock := ""
		if sqlstore.EngineOf(tx) == sqlstore.MySQL {
			lock = " FOR UPDATE"
		}
		item, err := readItem(tx, c.ItemID, lock)
		if err != nil {
			return err
		}
		if item.Version != c.Version {
			return review.ErrChanged
		}
		facts, err := v.decide(tx, &item, c, now)
		if err != nil {
			return err
		}
		out = item.Item
		if err := idempotency.Keep(tx, "review.decide", req.ID, req.Digest, []byte(item.ID)); err != nil {
			return err
		}
		return changefeed.Append(tx, facts...)
	})
	if errors.Is(err, errRaced) {
		err = review.ErrChanged
	}
	return out, err
}

func (v *Reviews) decide(tx *gorm.DB, item *storedItem, c review.Choice, now time.Time) (facts []changefeed.Fact, err error) {
	today := civil.DateOf(now)
	merged := item.MergeEvent
	if err := item.Decide(c.Verdict, c.Until, today, now); err != nil {
		return nil, err
	}
	event := ""
	switch {
	case item.Kind == review.Listed && (c.Verdict == review.Merge || c.Verdict == review.AreTwo):
		event, facts, err = v.decideListed(tx, item, c, now)
	case item.Kind == review.Listed && c.Verdict == review.UndoMerge:
		event, facts, err = v.partListed(tx, item, merged, now)
	case c.Verdict == review.Merge:
		event, facts, err = v.byDesk(tx, core.Event{Type: core.Merge, Effective: today, ResidentID: item.ResidentID, OtherResidentID: item.OtherID}, now)
		item.MergeEvent = event
	case c.Verdict == review.UndoMerge:
		event, facts, err = v.byDesk(tx, core.Event{Type: core.Void, Effective: today, Replaces: merged}, now)
	}
	if err != nil {
		return nil, err
	}
	if err := saveItem(tx, item); err != nil {
		return nil, err
	}
	doubted, err := v.s.doubt(tx, sides(item), now)
	if err != nil {
		return nil, err
	}
	facts = append(facts, doubted...)
	id := ids.New(now)
	plain, err := json.Marshal(noteJSON{c.By, c.Note})
	if err != nil {
		return nil, err
	}
	sealed, err := v.s.seal.Seal("review_decision", id, "note", plain)
	if err != nil {
		return nil, err
	}
	until := civil.None
	if c.Verdict == review.AskLater {
		until = c.Until
	}
	return facts, sqlstore.InsertMany(tx, "review_decision",
		[]string{"item_id", "decision_id", "verdict", "sealed", "until_date", "event_id", "decided_ms"},
		[][]any{{item.ID, id, int(c.Verdict), sealed, until, event, now.UnixMilli()}})
}

// byDesk records one event of the desk.
func (v *Reviews) byDesk(tx *gorm.DB, e core.Event, now time.Time) (id string, facts []changefeed.Fact, err error) {
	stamp(&e, now)
	out, facts, err := v.s.applyEvents(tx, []core.Event{e}, Source{}, now)
	if err != nil {
		return "", nil, err
	}
	return e.ID, facts, refusalOf(out[0], "item")
}
