package intakestore

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"database/sql"
	"fmt"
	"strconv"
	"time"

	"gorm.io/gorm"

	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/sqlstore"
)

// ErrSenderChanged refuses a change of what was changed meanwhile.
var ErrSenderChanged = fault.New(fault.Stale, "FEED_SENDER_CHANGED",
	"the sender was changed since it was read; read it again", "报送单位设置在读取之后已被修改，请重新读取")

// mostExpected is the longest interval that is watched.
const mostExpected = 8760 * time.Hour

type feedSenderRow struct {
	Sender      string
	PublicKey   []byte
	Paused      int
	PausedBy    string
	ExpectedMs  int64
	FirstMs     int64
	LastMs      int64
	LastBatch   string
	LastReceipt string
	Snapshot    string
	SnapshotOld string
	RowTotal    int64
	Version     int64
}

func (r feedSenderRow) sender() intake.Sender {
	return intake.Sender{
		Name: r.Sender, PublicKey: r.PublicKey, Paused: r.Paused != 0, PausedBy: r.PausedBy, Expected: time.Duration(r.ExpectedMs) * time.Millisecond,
		FirstReceived: at(r.FirstMs), LastReceived: at(r.LastMs), LastBatch: r.LastBatch, LastReceipt: r.LastReceipt,
		Snapshot: r.Snapshot, SnapshotOld: r.SnapshotOld, Rows: r.RowTotal, Version: r.Version,
	}
}

// lockSender returns a sender, who is made if there was none, locked.
func lockSender(tx *gorm.DB, name string) (intake.Sender, error) {
	err := sqlstore.Exec(tx, insertIgnore(tx)+`feed_sender (sender, public_key, paused, paused_by, expected_ms, first_ms, last_ms, last_batch, last_receipt,
		snapshot, snapshot_old, row_total, version) VALUES (?, ?, 0, '', 0, 0, 0, '', '', '', '', 0, 1)`, name, []byte{})
	if err != nil {
		return intake.Sender{}, err
	}
	var row feedSenderRow
	err = tx.Raw("SELECT * FROM feed_sender WHERE sender = ?"+forUpdate(tx), name).Scan(&row).Error
	return row.sender(), err
}

// Sender implements intake.Senders: what the pipeline asks before every file.
func (s *SQL) Sender(ctx context.Context, name string) (out intake.Sender, err error) {
	err = s.db.Read(ctx, func(tx *gorm.DB) error {
		row := feedSenderRow{Sender: name}
		err := tx.Raw("SELECT * FROM feed_sender WHERE sender = ?", name).Scan(&row).Error
		out = row.sender()
		return err
	})
	return out, err
}

// SenderStatus is a sender with what is missing and counted. One that never
// sent fails with FEED_SENDER_NOT_FOUND.
func (s *SQL) SenderStatus(ctx context.Context, name string) (out intake.Sender, err error) {
	err = s.db.Read(ctx, func(tx *gorm.DB) error {
		var row feedSenderRow
		found := tx.Raw("SELECT * FROM feed_sender WHERE sender = ?", name).Scan(&row)
		if found.Error == nil && found.RowsAffected == 0 {
			return intake.ErrSenderNotFound
		}
		out = row.sender()
		if found.Error != nil {
			return found.Error
		}
		return status(tx, &out)
	})
	return out, err
}

// SenderList pages through senders by name.
func (s *SQL) SenderList(ctx context.Context, q page.Query) (out []intake.Sender, next page.Next, err error) {
	limit, err := q.Limit()
	if err != nil {
		return nil, "", err
	}
	filter := []byte("feed_sender")
	after, err := q.Key(filter)
	if err != nil {
		return nil, "", err
	}
	err = s.db.Read(ctx, func(tx *gorm.DB) error {
		var rows []feedSenderRow
		if err := tx.Raw("SELECT * FROM feed_sender WHERE sender > ? ORDER BY sender LIMIT ?", after, limit+1).Scan(&rows).Error; err != nil {
			return err
		}
		out, next = nil, ""
		if len(rows) > limit {
			rows = rows[:limit]
			next = page.Encode(filter, rows[limit-1].Sender)
		}
		for _, r := range rows {
			one := r.sender()
			if err := status(tx, &one); err != nil {
				return err
			}
			out = append(out, one)
		}
		return nil
	})
	return out, next, err
}

// status adds what follows from the sender's batches. The first sequence that
// was seen counts as the beginning.
func status(tx *gorm.DB, s *intake.Sender) error {
	const counted = " FROM feed_batch WHERE sender = ? AND validate_only = 0 AND state NOT IN (4, 8)"
	var last sql.NullInt64
	if err := tx.Raw("SELECT COUNT(*), MAX(sequence)"+counted, s.Name).Row().Scan(&s.Batches, &last); err != nil {
		return err
	}
	s.LastSequence, s.Missing = last.Int64, nil
	return sqlstore.Query(tx, func(rows *sql.Rows) error {
		var g intake.Gap
		err := rows.Scan(&g.From, &g.Until)
		s.Missing = append(s.Missing, g)
		return err
	}, "SELECT earlier + 1, sequence - 1 FROM (SELECT sequence, COALESCE(LAG(sequence) OVER (ORDER BY sequence), sequence - 1) AS earlier"+
		counted+" AND sequence > 0) gaps WHERE sequence - earlier > 1 ORDER BY sequence LIMIT "+strconv.Itoa(intake.MostGaps), s.Name)
}

// ChangeSender changes a sender, who need not have sent anything yet. It fails
// with FEED_KEY_INVALID, FEED_INTERVAL_INVALID and FEED_SENDER_CHANGED.
func (s *SQL) ChangeSender(ctx context.Context, name string, c intake.Setting) (out intake.Sender, err error) {
	if c.PublicKey != nil && len(*c.PublicKey) != 0 && len(*c.PublicKey) != ed25519.PublicKeySize {
		return intake.Sender{}, intake.ErrKey
	}
	if c.Expected != nil && (*c.Expected < 0 || *c.Expected > mostExpected || *c.Expected%time.Hour != 0) {
		return intake.Sender{}, intake.ErrInterval
	}
	err = s.db.Write(ctx, func(tx *gorm.DB) error {
		if out, err = lockSender(tx, name); err != nil {
			return err
		}
		if c.Version != 0 && c.Version != out.Version {
			return ErrSenderChanged
		}
		if c.Paused != nil {
			out.Paused, out.PausedBy = *c.Paused, shorten(c.By, 200)
		}
		if c.Expected != nil {
			out.Expected = *c.Expected
		}
		if c.PublicKey != nil {
			out.PublicKey = append([]byte{}, *c.PublicKey...)
		}
		out.Version++
		paused := 0
		if out.Paused {
			paused = 1
		}
		if err := sqlstore.Exec(tx, "UPDATE feed_sender SET paused = ?, paused_by = ?, expected_ms = ?, public_key = ?, version = ? WHERE sender = ?",
			paused, out.PausedBy, out.Expected.Milliseconds(), bytes.Clone(append([]byte{}, out.PublicKey...)), out.Version, name); err != nil {
			return err
		}
		return status(tx, &out)
	})
	return out, err
}

// Signer returns the key that signs receipts; it is made on first use, and the
// same for every process on the database.
func (s *SQL) Signer(ctx context.Context) (key ed25519.PrivateKey, err error) {
	err = s.db.Write(ctx, func(tx *gorm.DB) error {
		public, private, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			return fmt.Errorf("make the key that signs receipts: %w", err)
		}
		sealed, err := s.seal.Seal("feed_signer", "1", "secret", private.Seed())
		if err != nil {
			return fmt.Errorf("seal the key that signs receipts: %w", err)
		}
		if err := sqlstore.Exec(tx, insertIgnore(tx)+"feed_signer (id, public_key, secret) VALUES (1, ?, ?)", []byte(public), sealed); err != nil {
			return err
		}
		var secret []byte
		if err := tx.Raw("SELECT secret FROM feed_signer WHERE id = 1").Row().Scan(&secret); err != nil {
			return err
		}
		seed, err := s.seal.Open("feed_signer", "1", "secret", secret)
		if err != nil || len(seed) != ed25519.SeedSize {
			return fmt.Errorf("open the key that signs receipts: %w", err)
		}
		key = ed25519.NewKeyFromSeed(seed)
		return nil
	})
	return key, err
}

// Receipt is the signed receipt of a batch as it stands.
func (s *SQL) Receipt(ctx context.Context, batchID string) (intake.Receipt, error) {
	b, err := s.FeedBatch(ctx, batchID)
	if err != nil {
		return intake.Receipt{}, err
	}
	key, err := s.Signer(ctx)
	if err != nil {
		return intake.Receipt{}, err
	}
	return intake.NewReceipt(b).Sign(key), nil
}
