package intakestore

import (
	"bytes"
	"encoding/hex"

	"gorm.io/gorm"

	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/sqlstore"
)

// Resettle takes back an answer that said of a new entry whose it is, when it said
// what Settle returned and memo was kept of it: it is somebody else's, as if
// Settle had been told so. gone reports that the one it was taken for is gone, and the caller says so; not while
// another new entry may be theirs. It fails with SNAPSHOT_COMPARING and
// SNAPSHOT_ANSWER_BUILT_ON.
func (s *SQL) Resettle(tx *gorm.DB, a Answer, said string, memo []byte) (gone bool, err error) {
	own, err := takeBatch(tx, a.BatchID, forUpdate(tx))
	if err != nil {
		return false, err
	}
	later, err := laterLists(tx, own)
	if err != nil {
		return false, err
	}
	keys, err := rawKeys([]string{a.Key, a.Same})
	if err != nil {
		return false, err
	}
	lists, found := append([]string{own.ID}, later...), entryRow{}
	for _, id := range lists {
		e, known, err := s.unchangedIn(tx, own, id, keys)
		if err != nil {
			return false, err
		}
		if !known {
			continue
		}
		kept, err := s.openMemo(own.Sender, a.Key, e.memo)
		if err != nil {
			return false, err
		}
		if hex.EncodeToString([]byte(e.hash)) != said || !bytes.Equal(kept, memo) {
			return false, ErrBuiltOn
		}
		found = e
	}
	if found.key == "" {
		return false, ErrBuiltOn
	}
	sealed, err := s.seal.Seal("feed_list", own.Sender+"/"+a.Key, "memo", a.Memo)
	for _, id := range lists {
		if err == nil {
			err = sqlstore.Exec(tx, "UPDATE feed_list SET memo = ? WHERE batch_id = ? AND row_key = ?", sealed, id, []byte(keys[0]))
		}
		if err == nil {
			err = sqlstore.Exec(tx, "UPDATE feed_list SET diff = 6 WHERE batch_id = ? AND row_key = ?", id, []byte(keys[1]))
		}
	}
	if err != nil {
		return false, err
	}
	if len(later) == 0 { // later lists did not ask about this one any more
		if asked, err := stillAsked(tx, own.ID, found.likeness); err != nil || asked {
			return false, err
		}
	}
	return true, s.settleMissed(tx, own, later, a.Same, a.Missed[a.Same])
}

// unchangedIn returns the first of two entries as a list has it, known where it is
// not swept, and makes sure that the second one is gone since the list that asked.
func (s *SQL) unchangedIn(tx *gorm.DB, own intake.Batch, id string, keys []string) (e entryRow, known bool, err error) {
	b, err := takeBatch(tx, id, "")
	if err != nil {
		return e, false, err
	}
	if b.State.Open() {
		return e, false, ErrComparing
	}
	there, err := selectEntries(tx, id, keys)
	if was, back := there[keys[1]]; back && (was.diff != intake.DiffGone || was.number != int(own.Day())) {
		return e, false, ErrBuiltOn
	}
	e, known = there[keys[0]]
	return e, known, err
}
