package intakestore

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/sqlstore"
)

// Why a question is not answered now.
var (
	ErrAnswered = fault.New(fault.Stale, "SNAPSHOT_QUESTION_ANSWERED",
		"a later list, a withdrawal or somebody else has answered this already; read it again", "该问题已由其后的名单、撤回或他人处理，请重新读取")
	ErrComparing = fault.New(fault.Precondition, "SNAPSHOT_COMPARING",
		"the sender's next full list is being compared; decide again in a moment", "该报送单位的下一份全量名单正在比对，请稍后再处理")
	ErrBuiltOn = fault.New(fault.Precondition, "SNAPSHOT_ANSWER_BUILT_ON",
		"a later full list says something new of one of the two; withdraw it and those after it, latest first, take the answer back, and send them again",
		"其后的全量名单已变更其中一人的记录，请由后至前撤回这些名单，撤销合并后再重新报送")
)

// Answer says of whom a new entry of a full list is.
type Answer struct {
	Sender, BatchID string            // the list that asked
	Key             string            // of the new entry, hex
	Memo            []byte            // what is kept of it
	Same            string            // key of the missed one that it is; "" for somebody else
	Missed          map[string][]byte // what is kept of each who is missed, should nobody ask about them any more
}

// Settle writes an answer into its list, and into later ones that ask the same,
// so that the next list is compared with it. It returns those who are missed and
// about whom nobody asks any more: they are gone, and the caller says so, unless
// their list is under way and says it itself; and what the entry says, as a keyed
// hash, for Resettle. It fails with SNAPSHOT_QUESTION_ANSWERED and
// SNAPSHOT_COMPARING.
func (s *SQL) Settle(tx *gorm.DB, a Answer) (gone []string, said string, err error) {
	own, err := takeBatch(tx, a.BatchID, forUpdate(tx))
	if err != nil {
		return nil, "", err
	}
	later, err := laterLists(tx, own)
	if err != nil {
		return nil, "", err
	}
	key, err := hex.DecodeString(a.Key)
	if err != nil {
		return nil, "", fmt.Errorf("feed batch %s: an entry's key: %w", own.ID, err)
	}
	there, err := selectEntries(tx, own.ID, []string{string(key)})
	if err != nil {
		return nil, "", err
	}
	e := there[string(key)]
	if e.diff != intake.DiffAlike {
		return nil, "", ErrAnswered
	}
	memo, err := s.seal.Seal("feed_list", own.Sender+"/"+a.Key, "memo", a.Memo)
	if err == nil {
		err = sqlstore.Exec(tx, "UPDATE feed_list SET diff = 1, memo = ? WHERE batch_id = ? AND row_key = ?", memo, own.ID, key)
	}
	for _, id := range later {
		if err == nil {
			err = sqlstore.Exec(tx, "UPDATE feed_list SET diff = 3, row_hash = ?, memo = ? WHERE batch_id = ? AND row_key = ? AND diff = 7", []byte(e.hash), memo, id, key)
		}
	}
	if err == nil && a.Same != "" {
		err = s.settleMissed(tx, own, later, a.Same, nil)
	}
	if err == nil {
		gone, err = s.release(tx, own, later, e.likeness, a.Missed)
	}
	return gone, hex.EncodeToString([]byte(e.hash)), err
}

// laterLists are the lists of a sender that were compared with one, or with one
// that was, and may ask the same.
func laterLists(tx *gorm.DB, own intake.Batch) (out []string, err error) {
	var rows []feedBatchRow
	err = tx.Where("sender = ? AND kind = 2 AND validate_only = 0 AND batch_id > ? AND state NOT IN (7, 8)", own.Sender, own.ID).Order("batch_id").Find(&rows).Error
	for i := range rows {
		b, readErr := rows[i].batch()
		if err = errors.Join(err, readErr); err != nil {
			return nil, err
		}
		if b.Diff.Base != own.ID && !slices.Contains(out, b.Diff.Base) {
			continue
		}
		if b.Stage == intake.StageCompare && b.State.Open() {
			return nil, ErrComparing
		}
		out = append(out, b.ID)
	}
	return out, err
}

// settleMissed writes that somebody stands in the lists no more. With a memo they
// are gone, without one they stand there under another key.
func (s *SQL) settleMissed(tx *gorm.DB, own intake.Batch, later []string, name string, memo []byte) error {
	key, err := hex.DecodeString(name)
	if err != nil {
		return fmt.Errorf("feed batch %s: an entry's key: %w", own.ID, err)
	}
	set, args := "diff = 5, row_hash = ?, row_no = ?", []any{noHash, int32(own.Day())}
	if memo != nil {
		sealed, err := s.seal.Seal("feed_list", own.Sender+"/"+name, "memo", memo)
		if err != nil {
			return fmt.Errorf("feed batch %s: seal an entry: %w", own.ID, err)
		}
		set, args = set+", memo = ?", append(args, sealed)
	}
	for _, id := range append([]string{own.ID}, later...) {
		err := sqlstore.Exec(tx, "UPDATE feed_list SET "+set+" WHERE batch_id = ? AND row_key = ? AND diff = 6", append(append([]any{}, args...), id, key)...)
		if err != nil {
			return err
		}
	}
	return nil
}

// release lets go those who are missed when no new entry of their likeness is
// undecided any more.
func (s *SQL) release(tx *gorm.DB, own intake.Batch, later []string, likeness []byte, memos map[string][]byte) ([]string, error) {
	if asked, err := stillAsked(tx, own.ID, likeness); err != nil || asked {
		return nil, err
	}
	left, err := s.missed(tx, own, likeness)
	if err != nil || len(left) == 0 {
		return nil, err
	}
	if own.Stage == intake.StageApply && own.State.Open() {
		return nil, leaveToStageGone(tx, own, left)
	}
	gone := make([]string, 0, len(left))
	for _, e := range left {
		if err := s.settleMissed(tx, own, later, e.Key, memos[e.Key]); err != nil {
			return nil, err
		}
		gone = append(gone, e.Key)
	}
	return gone, nil
}

// stillAsked reports that a new entry of a likeness is undecided.
func stillAsked(tx *gorm.DB, batchID string, likeness []byte) (asked bool, err error) {
	err = tx.Raw(`SELECT EXISTS (SELECT 1 FROM feed_alike a JOIN feed_list l ON l.batch_id = a.batch_id AND l.row_key = a.row_key
		WHERE a.batch_id = ? AND a.likeness = ? AND l.diff = 7)`, batchID, likeness).Scan(&asked).Error
	return asked, err
}

// leaveToStageGone makes those who are missed plainly absent from a list that is
// under way: it says itself that they are gone, each in a row.
func leaveToStageGone(tx *gorm.DB, own intake.Batch, left []intake.ListEntry) error {
	for _, e := range left {
		key, err := hex.DecodeString(e.Key)
		if err == nil {
			err = sqlstore.Exec(tx, "DELETE FROM feed_list WHERE batch_id = ? AND row_key = ? AND diff = 6", own.ID, key)
		}
		if err != nil {
			return err
		}
	}
	d := own.Diff
	d.Missed -= int64(len(left))
	d.Gone += int64(len(left))
	return saveDiff(tx, own.ID, d)
}
