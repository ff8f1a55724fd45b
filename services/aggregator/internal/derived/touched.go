package derived

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/store"
)

// Touched returns up to limit residents whose answers may have changed after a
// place, in the order of the commits; the zero place begins with everybody.
//
// Nothing is left out: a change is noted in the transaction that makes it, under
// the revision that this transaction gets, and revisions follow commits. Of
// several changes the last is noted alone, and what a person is judged by is read
// with the note, so that it is as new or newer. While everybody is listed, whoever
// changes is listed again afterwards.
//
// A place of another database, generation or set of packs begins anew: a change of
// the tree under which people live makes a generation, too.
func (b *Book) Touched(ctx context.Context, at coverage.FeedPlace, limit int) (coverage.FeedPage, error) {
	return touched(ctx, b, at, limit)
}

// Touched is that of a Book.
func (r *Reader) Touched(ctx context.Context, at coverage.FeedPlace, limit int) (coverage.FeedPage, error) {
	return touched(ctx, r, at, limit)
}

func touched(ctx context.Context, from stills, at coverage.FeedPlace, limit int) (page coverage.FeedPage, err error) {
	err = from.still(ctx, func(t store.Tx, s still) error {
		page = coverage.FeedPage{State: s.State, At: at}
		begin, err := beginning(t, s)
		if err != nil {
			return err
		}
		if !goesOn(s, &at, &begin) {
			page.At, page.Restart = begin, true
		}
		if page.Listing = page.At.Snapshot; page.Listing {
			return listPeople(t, s, &page, limit)
		}
		return listTouched(t, s, &page, limit)
	})
	return page, err
}

// beginning is the place before everybody.
func beginning(t store.Tx, s still) (coverage.FeedPlace, error) {
	epoch, err := t.Epoch()
	sum := sha256.Sum256([]byte(s.Deriver.Derivation()))
	return coverage.FeedPlace{
		Epoch: epoch, Generation: s.generation, Derivation: hex.EncodeToString(sum[:8]), Snapshot: true, Revision: s.revision, Begun: s.revision,
	}, err
}

// goesOn says whether what follows a place is still known.
func goesOn(s still, at, begin *coverage.FeedPlace) bool {
	return at.Epoch == begin.Epoch && at.Generation == begin.Generation && at.Derivation == begin.Derivation && at.Revision <= s.revision+1
}

// listPeople goes on with everybody, by identifier.
func listPeople(t store.Tx, s still, page *coverage.FeedPage, limit int) error {
	var ids []string
	err := t.EachID(s.generation, page.At.ResidentID, limit, func(id string) error {
		ids = append(ids, id)
		return nil
	})
	if err != nil {
		return err
	}
	list, err := readPeople(t, s.generation, ids)
	if err != nil {
		return err
	}
	for i := range list {
		if list[i].Facts != nil && list[i].Of == list[i].ID {
			page.People = append(page.People, list[i])
		}
	}
	if len(ids) == limit {
		page.At.ResidentID = ids[len(ids)-1]
		return nil
	}
	page.At.Snapshot, page.At.ResidentID = false, ""
	page.At.Revision++ // everything after that of the snapshot
	page.CaughtUp = page.At.Revision > s.revision
	return nil
}

// listTouched goes on with the changes.
func listTouched(t store.Tx, s still, page *coverage.FeedPage, limit int) error {
	rows, err := t.Touched(s.generation, store.TouchedRow{Revision: page.At.Revision, ResidentID: page.At.ResidentID}, limit)
	if err != nil {
		return err
	}
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ResidentID
		page.At.Revision, page.At.ResidentID = r.Revision, r.ResidentID
	}
	page.CaughtUp = len(rows) < limit
	if page.People, err = readPeople(t, s.generation, ids); err != nil {
		return err
	}
	left, err := t.Left(s.generation, ids, page.At.Begun)
	for i := range page.People {
		page.People[i].Left = left[page.People[i].ID]
	}
	return err
}
