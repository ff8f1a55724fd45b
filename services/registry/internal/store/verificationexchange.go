package store

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"database/sql"
	"errors"
	"time"

	"gorm.io/gorm"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/idempotency"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/platform/workday"
	"xinju.dev/services/registry/internal/verify"
)

// Peer is another installation.
type Peer = verify.Peer

// ExchangeKey returns the key with which this installation signs; it is made on
// the first call.
func (s *SQL) ExchangeKey(ctx context.Context) (key ed25519.PrivateKey, err error) {
	read := func(tx *gorm.DB) error {
		var sealed []byte
		err := sqlstore.Query(tx, func(r *sql.Rows) error { return r.Scan(&sealed) }, "SELECT seed FROM exchange_key WHERE id = 1")
		if err != nil || sealed == nil {
			return err
		}
		seed, err := s.seal.Open("exchange_key", "1", "seed", sealed)
		if err == nil && len(seed) != ed25519.SeedSize {
			err = errCoded
		}
		if err == nil {
			key = ed25519.NewKeyFromSeed(seed)
		}
		return err
	}
	if err := s.db.Read(ctx, read); err != nil || key != nil {
		return key, err
	}
	seed := make([]byte, ed25519.SeedSize)
	_, _ = rand.Read(seed) // never fails: the program ends first
	sealed, err := s.seal.Seal("exchange_key", "1", "seed", seed)
	if err != nil {
		return nil, err
	}
	err = s.db.Write(ctx, func(tx *gorm.DB) error {
		return sqlstore.InsertMany(tx, "exchange_key", []string{"id", "seed"}, [][]any{{1, sealed}})
	})
	if err != nil && !errors.Is(err, sqlstore.ErrDuplicate) { // somebody else was first
		return nil, err
	}
	return key, s.db.Read(ctx, func(tx *gorm.DB) error { return read(tx) })
}

// CreatePeer makes another installation known. It fails with
// EXCHANGE_PEER_EXISTS and REQUEST_ID_REUSED.
func (s *SQL) CreatePeer(ctx context.Context, req record.Request, p Peer, now time.Time) (out Peer, err error) {
	err = s.db.Write(ctx, func(tx *gorm.DB) error {
		prior, found, err := idempotency.Claim(tx, "exchange.peer", req.ID, req.Digest)
		if err != nil {
			return err
		}
		if found {
			out, err = peerBy(tx, "name = ?", string(prior))
			return err
		}
		out = p
		out.Created = whole(now)
		err = sqlstore.InsertMany(tx, "exchange_peer", []string{"name", "public_key", "created_ms"}, [][]any{{p.Name, []byte(p.Key), out.Created.UnixMilli()}})
		if errors.Is(err, sqlstore.ErrDuplicate) {
			return verify.ErrPeerExists
		}
		if err != nil {
			return err
		}
		return idempotency.Keep(tx, "exchange.peer", req.ID, req.Digest, []byte(p.Name))
	})
	return out, err
}

const selectPeer = "SELECT name, public_key, created_ms FROM exchange_peer"

func scanPeer(r *sql.Rows) (p Peer, err error) {
	var key []byte
	var created int64
	err = r.Scan(&p.Name, &key, &created)
	p.Key, p.Created = key, time.UnixMilli(created).UTC()
	return p, err
}

func peerBy(tx *gorm.DB, where string, arg any) (p Peer, err error) {
	err = sqlstore.Query(tx, func(r *sql.Rows) error {
		p, err = scanPeer(r)
		return err
	}, selectPeer+" WHERE "+where, arg)
	if err == nil && p.Name == "" {
		err = verify.ErrUnknown
	}
	return p, err
}

// PeerByKey returns the installation with a key. It fails with EXCHANGE_PEER_UNKNOWN.
func (s *SQL) PeerByKey(ctx context.Context, key ed25519.PublicKey) (p Peer, err error) {
	err = s.db.Read(ctx, func(tx *gorm.DB) error {
		p, err = peerBy(tx, "public_key = ?", []byte(key))
		return err
	})
	return p, err
}

// Peers pages through the installations by name.
func (s *SQL) Peers(ctx context.Context, q page.Query) (out []Peer, next page.Next, err error) {
	limit, err := q.Limit()
	if err != nil {
		return nil, "", err
	}
	filter := filterBytes("exchange.peer")
	after, err := q.Key(filter)
	if err != nil {
		return nil, "", err
	}
	err = s.db.Read(ctx, func(tx *gorm.DB) error {
		out = nil
		return sqlstore.Query(tx, func(r *sql.Rows) error {
			p, err := scanPeer(r)
			out = append(out, p)
			return err
		}, selectPeer+" WHERE name > ? ORDER BY name LIMIT ?", after, limit+1)
	})
	if err == nil && len(out) > limit {
		out = out[:limit]
		next = page.Encode(filter, out[limit-1].Name)
	}
	return out, next, err
}

// ShareVerification returns a verification as another installation may have it,
// and remembers that it is with that one: from then on it takes that side's
// steps. It fails with VERIFICATION_NOT_FOUND, EXCHANGE_PEER_UNKNOWN,
// VERIFICATION_PEER_OTHER, VERIFICATION_STATE_WRONG and VERIFICATION_WITHOUT_DOCUMENT.
func (s *SQL) ShareVerification(ctx context.Context, id, peer string, now time.Time) (out verify.Verification, to Peer, err error) {
	err = s.db.Write(ctx, func(tx *gorm.DB) error {
		if to, err = peerBy(tx, "name = ?", peer); err != nil {
			return err
		}
		v, err := s.lockVerification(tx, id)
		if err != nil {
			return err
		}
		if v.Peer != "" && v.Peer != peer {
			return verify.ErrPeer
		}
		if v.Peer == "" {
			if err := s.hand(tx, &v, peer, now); err != nil {
				return err
			}
		}
		out = v
		out.ResidentID = ""
		for i := range out.Steps {
			out.Steps[i].Corrections = without(out.Steps[i].Corrections)
			out.Steps[i].EventIDs = nil
		}
		return nil
	})
	return out, to, err
}

// hand gives a question that nobody has begun to answer here to a peer.
func (s *SQL) hand(tx *gorm.DB, v *verify.Verification, peer string, now time.Time) error {
	if v.State != verify.Sent {
		return verify.ErrState
	}
	if v.Document.Number.IsZero() {
		p, err := s.readPerson(tx, v.ResidentID)
		if err != nil {
			return err
		}
		if len(p.Documents) == 0 {
			return verify.ErrPaper
		}
		v.Document = p.Documents[0].Document
	}
	v.Peer = peer
	return s.saveVerification(tx, v, len(v.Steps), now)
}

// TakeVerification takes over what a peer says of a verification; again says
// that this very document was taken before. It fails with EXCHANGE_REPLAYED,
// DIVISION_NOT_FOUND and what Merge refuses.
func (s *SQL) TakeVerification(ctx context.Context, d verify.Document, cal *workday.Calendar, now time.Time) (out verify.Verification, again bool, err error) {
	err = s.db.Write(ctx, func(tx *gorm.DB) error {
		var digest []byte
		err := sqlstore.Query(tx, func(r *sql.Rows) error { return r.Scan(&digest) }, "SELECT digest FROM exchange_seen WHERE document_id = ?", d.ID)
		if err != nil {
			return err
		}
		if again = digest != nil; again {
			if !bytes.Equal(digest, d.Digest) {
				return verify.ErrReplayed
			}
			out, err = s.readVerification(tx, d.Account.ID, "")
			return err
		}
		if out, err = s.takeOver(tx, d, cal, now); err != nil {
			return err
		}
		return sqlstore.InsertMany(tx, "exchange_seen", []string{"document_id", "digest", "verification_id", "created_ms"}, [][]any{{d.ID, d.Digest, out.ID, now.UnixMilli()}})
	})
	return out, again, err
}

func (s *SQL) takeOver(tx *gorm.DB, d verify.Document, cal *workday.Calendar, now time.Time) (verify.Verification, error) {
	v, err := s.lockVerification(tx, d.Account.ID)
	if errors.Is(err, verify.ErrNotFound) {
		return s.takeNew(tx, d, cal, now)
	}
	if err != nil {
		return v, err
	}
	if v.Peer != d.Peer {
		return v, verify.ErrPeer
	}
	from := len(v.Steps)
	if err := v.Merge(d.Account.Steps, now, cal); err != nil {
		return v, err
	}
	if len(v.Steps) == from {
		return v, nil
	}
	return v, s.saveVerification(tx, &v, from, now)
}

// takeNew takes a question that a peer asks.
func (s *SQL) takeNew(tx *gorm.DB, d verify.Document, cal *workday.Calendar, now time.Time) (verify.Verification, error) {
	v := verify.Verification{ID: d.Account.ID, Question: d.Account.Question, Peer: d.Peer, FromPeer: true, Version: 1, Created: whole(now), Updated: whole(now)}
	if len(d.Account.Steps) == 0 {
		return v, verify.ErrDiverged
	}
	if _, err := divisionOn(tx, v.Asked.Division, civil.DateOf(now)); err != nil {
		return v, err
	}
	id, err := s.holderOf(tx, v.Document)
	if err != nil {
		return v, err
	}
	v.ResidentID = id
	if err := v.Merge(d.Account.Steps, now, cal); err != nil {
		return v, err
	}
	return v, s.insertVerification(tx, v)
}
