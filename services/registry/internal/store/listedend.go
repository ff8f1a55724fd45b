package store

import (
	"slices"
	"time"

	"gorm.io/gorm"

	"xinju.dev/services/platform/intakestore"
	"xinju.dev/services/platform/sqlstore"
)

var _ intakestore.Asker = (*SQL)(nil)

// LapseQuestions implements intakestore.Asker.
func (s *SQL) LapseQuestions(tx *gorm.DB, sender, batchID string) error {
	open, err := readListed(tx, "sender = ? AND batch_id <> ? AND answer = 0 AND closed_by = ''", sender, batchID)
	if err != nil || len(open) == 0 {
		return err
	}
	keys := make([]string, len(open))
	for i, l := range open {
		keys[i] = l.key
	}
	still, err := s.lists().Undecided(tx, batchID, keys)
	if err != nil {
		return err
	}
	for _, l := range open {
		if slices.Contains(still, l.key) {
			continue
		}
		if err := closeListed(tx, l.token, batchID); err != nil {
			return err
		}
		if err := s.endItem(tx, l.token); err != nil {
			return err
		}
	}
	return nil
}

// closeListed says that a list ended what lists before it asked about an entry.
func closeListed(tx *gorm.DB, token, by string) error {
	return sqlstore.Exec(tx, "UPDATE review_listed SET closed_by = ? WHERE other_id = ? AND batch_id <> ? AND answer = 0 AND closed_by = ''", by, token, by)
}

// undoListed takes back what a list asked, what was answered to it, and what it
// ended.
func (s *SQL) undoListed(tx *gorm.DB, sender, batchID string, now time.Time) error {
	touched, err := readListed(tx, "sender = ? AND (batch_id = ? OR closed_by = ?)", sender, batchID, batchID)
	if err != nil || len(touched) == 0 {
		return err
	}
	if err := sqlstore.Exec(tx, "DELETE FROM review_listed WHERE sender = ? AND batch_id = ?", sender, batchID); err != nil {
		return err
	}
	if err := sqlstore.Exec(tx, "UPDATE review_listed SET closed_by = '' WHERE sender = ? AND closed_by = ?", sender, batchID); err != nil {
		return err
	}
	tokens := map[string]bool{}
	for _, l := range touched {
		tokens[l.token] = true
	}
	for _, token := range sortedKeys(tokens) {
		l, found, err := asks(tx, token)
		if err != nil {
			return err
		}
		if !found {
			if err := s.endItem(tx, token); err != nil {
				return err
			}
			continue
		}
		if err := s.askAgain(tx, l, now); err != nil {
			return err
		}
	}
	return nil
}

// askAgain opens the item of what a list before asked.
func (s *SQL) askAgain(tx *gorm.DB, l listed, now time.Time) error {
	row, err := s.openListed(l)
	if err != nil {
		return err
	}
	list, _, err := s.candidates(tx, l.batch, row)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return s.endItem(tx, l.token)
	}
	return s.openItem(tx, l.token, row, list, now)
}
