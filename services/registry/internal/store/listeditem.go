package store

import (
	"cmp"
	"database/sql"
	"slices"
	"time"

	"gorm.io/gorm"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/ids"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry/internal/core"
	"xinju.dev/services/registry/internal/match"
	"xinju.dev/services/registry/internal/review"
)

// keptListed is how many lists' questions about one entry stay: those that may
// be asked again when later lists are withdrawn.
const keptListed = 4

// ask keeps the row of a list that asks, and opens its item, or leaves it as it
// is when a list before asked the same.
func (s *SQL) ask(tx *gorm.DB, batch string, row int, l *core.Listed, list []candidate, now time.Time) error {
	token := listedToken(l.Event.Sender, l.Key)
	sealed, err := s.sealListed(token, batch, l)
	if err != nil {
		return err
	}
	if err := closeListed(tx, token, batch); err != nil {
		return err
	}
	err = sqlstore.InsertMany(tx, "review_listed", []string{"other_id", "batch_id", "sender", "row_key", "row_no", "answer", "closed_by", "sealed"},
		[][]any{{token, batch, l.Event.Sender, l.Key, row, answerNone, "", sealed}})
	if err != nil {
		return err
	}
	all, err := readListed(tx, "other_id = ?", token)
	for i := 0; err == nil && i < len(all)-keptListed; i++ {
		err = sqlstore.Exec(tx, "DELETE FROM review_listed WHERE other_id = ? AND batch_id = ?", token, all[i].batch)
	}
	if err != nil {
		return err
	}
	return s.openItem(tx, token, l, list, now)
}

func (s *SQL) openItem(tx *gorm.DB, token string, l *core.Listed, list []candidate, now time.Time) error {
	i, err := itemOfListed(tx, token)
	if err != nil {
		return err
	}
	if i.ID == "" {
		i = storedItem{review.Item{ID: ids.New(now), Kind: review.Listed, ResidentID: list[0].resident, OtherID: token}}
	}
	if !i.Seen(review.OfListed(l.Event, len(list)), now) {
		return nil
	}
	return saveItem(tx, &i)
}

// endItem ends an item that is no question any more.
func (s *SQL) endItem(tx *gorm.DB, token string) error {
	i, err := itemOfListed(tx, token)
	if err != nil || i.ID == "" || !i.Lapsed() {
		return err
	}
	return saveItem(tx, &i)
}

func itemOfListed(tx *gorm.DB, token string) (i storedItem, err error) {
	lock := ""
	if sqlstore.EngineOf(tx) == sqlstore.MySQL {
		lock = " FOR UPDATE"
	}
	err = sqlstore.Query(tx, func(r *sql.Rows) error {
		i, err = scanItem(r)
		return err
	}, selectItem+" WHERE other_id = ? AND kind = ?"+lock, token, review.Listed)
	return i, err
}

// listedRow is what an item of this kind shows beside the residents: the row as
// the person it would make, and those who may be meant. It is absent when
// nothing is asked any more.
func (v *Reviews) listedRow(tx *gorm.DB, item *review.Item) (row *review.ListedRow, who []string, err error) {
	l, found, err := asks(tx, item.OtherID)
	if err != nil || !found {
		return nil, []string{item.ResidentID}, err
	}
	asked, err := v.s.openListed(l)
	if err != nil {
		return nil, nil, err
	}
	list, _, err := v.s.candidates(tx, l.batch, asked)
	if err != nil {
		return nil, nil, err
	}
	for _, m := range list {
		who = append(who, m.resident)
	}
	slices.Sort(who)
	row = &review.ListedRow{
		Sender: l.sender, BatchID: l.batch, Row: l.row, EventID: asked.Event.ID,
		Person: core.Resident{State: core.Fold([]core.Event{asked.Event.Normal()})},
	}
	return row, slices.Compact(who), nil
}

// compareListed compares the one who may be meant with the row, field by field.
func (v *Reviews) compareListed(item *review.Item, residents []core.Resident) {
	if row := item.Row; len(residents) == 1 && row != nil {
		c := v.weights.CompareForms(match.FormsOf(recordOf(&residents[0], "")), match.FormsOf(recordOf(&row.Person, "")))
		item.Fields = c.Fields
	}
}

// decideListed carries out what a person decided of a row: it is of one of those
// who are missed, or of nobody who was there.
func (v *Reviews) decideListed(tx *gorm.DB, item *storedItem, c review.Choice, now time.Time) (event string, facts []changefeed.Fact, err error) {
	l, found, err := asks(tx, item.OtherID)
	if err != nil {
		return "", nil, err
	}
	if !found {
		return "", nil, review.ErrChanged
	}
	asked, err := v.s.openListed(l)
	if err != nil {
		return "", nil, err
	}
	list, holder, err := v.s.candidates(tx, l.batch, asked)
	if err != nil {
		return "", nil, err
	}
	var same *candidate
	answer := answerTwo
	if c.Verdict == review.Merge {
		answer = answerSame
		if same, err = v.meant(tx, list, c.ResidentID); err != nil {
			return "", nil, err
		}
	}
	out, facts, err := v.s.answerListed(tx, l.batch, l.row, asked, same, holder, now, now)
	if err == nil {
		err = refusalOf(out, "item")
	}
	if same != nil {
		item.MergeEvent = same.Key + same.said
	}
	if err == nil {
		err = sqlstore.Exec(tx, "UPDATE review_listed SET answer = ? WHERE other_id = ? AND batch_id = ?", answer, l.token, l.batch)
	}
	return asked.Event.ID, facts, err
}

// meant is the one of those who may be meant that a person chose.
func (v *Reviews) meant(tx *gorm.DB, list []candidate, resident string) (*candidate, error) {
	if resident == "" && len(list) == 1 {
		return &list[0], nil
	}
	stands, err := standsFor(tx, resident)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if list[i].resident == cmp.Or(stands, resident) {
			return &list[i], nil
		}
	}
	return nil, review.ErrUnfit.On("resident_id", "须指明所列居民之一 must name one of the residents of the item")
}
