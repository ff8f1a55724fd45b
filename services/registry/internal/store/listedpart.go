package store

import (
	"slices"
	"time"

	"gorm.io/gorm"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/intakestore"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry/internal/core"
	"xinju.dev/services/registry/internal/review"
)

// errOneAnyway is that the person keeps the document: somebody else says that this
// very person has it, and whoever parted them would not take that into account.
var errOneAnyway = review.ErrUnfit.On("item", "另有登记指明此人持有该证件：先在此人的变更记录中找到并更正该条，再撤销合并"+
	" another event says that this very person has the document: find it among the person's changes, correct it, then take this back")

// partListed takes back what merged names: that a row is of somebody who was
// missed. It is of somebody else, as if that had been decided at first, and so is
// what others have told since of whoever has the row's document.
func (v *Reviews) partListed(tx *gorm.DB, item *storedItem, merged string, now time.Time) (event string, facts []changefeed.Fact, err error) {
	list, err := readListed(tx, "other_id = ? AND answer = ?", item.OtherID, answerSame)
	if err != nil {
		return "", nil, err
	}
	if len(list) == 0 {
		return "", nil, review.ErrChanged
	}
	l := list[len(list)-1]
	row, err := v.s.openListed(l)
	if err != nil {
		return "", nil, err
	}
	key, said := merged[:len(merged)/2], merged[len(merged)/2:]
	at := slices.IndexFunc(row.Others, func(m core.Missed) bool { return m.Key == key })
	if at < 0 {
		return "", nil, review.ErrChanged
	}
	m := &row.Others[at]
	say := func(parted core.Document, events ...core.Event) error {
		out, more, err := v.s.sayOf(tx, Source{BatchID: l.batch, Received: now, Parted: parted}, l.row, events, 0, now)
		if err == nil {
			facts, err = append(facts, more...), refusalOf(out, "item")
		}
		return err
	}
	gone, err := v.s.lists().Resettle(tx, intakestore.Answer{
		Sender: l.sender, BatchID: l.batch, Key: row.Key, Memo: row.Memo, Same: m.Key, Missed: map[string][]byte{m.Key: m.Memo},
	}, said, m.SameMemo)
	if err != nil {
		return "", nil, err
	}
	if err := say(row.Event.Document, row.Undone(m)...); err != nil {
		return "", nil, err
	}
	who, err := v.s.holders(tx, []core.Document{row.Event.Document, m.Gone.Document})
	if err != nil {
		return "", nil, err
	}
	if who[0] != "" && who[0] == who[1] {
		return "", nil, errOneAnyway
	}
	events := []core.Event{row.Event}
	if gone {
		events = append(events, m.Gone)
	}
	if err := say(core.Document{}, events...); err != nil {
		return "", nil, err
	}
	return row.Event.ID, facts, sqlstore.Exec(tx, "UPDATE review_listed SET answer = ? WHERE other_id = ? AND batch_id = ?", answerTwo, l.token, l.batch)
}
