package intake

import (
	"context"
	"errors"
	"time"
)

// errRests ends work on a batch that waits for a person.
var errRests = errors.New("feed: the batch waits for a person")

// list applies a full list: first all of it is compared with the sender's list
// before, then what is new or different is applied, then who is gone. Whatever
// is done is stored by chunks, and none of it is done twice.
func (in *Intake) list(ctx context.Context, b *Batch, t Target, f File) error {
	l, ok := t.(Lister)
	if !ok || in.Lists == nil {
		return ErrNoList
	}
	if b.Stage == StageCompare {
		if err := in.compareList(ctx, b, l, f); err != nil {
			return err
		}
	}
	if err := in.current(ctx, *b); err != nil {
		return err
	}
	if b.Stage == StageApply {
		err := in.stage(ctx, *b, t, f, func(c Chunk) error { return in.applyList(ctx, *b, l, c) })
		if err != nil {
			return err
		}
		if *b, err = in.Lists.BeginGone(ctx, b.ID); err != nil {
			return err
		}
		if err := in.at("list.applied"); err != nil {
			return err
		}
	}
	return in.applyGone(ctx, *b, l)
}

// current makes sure that the list before is still the one that was compared
// with: a list confirmed late must not undo a newer one.
func (in *Intake) current(ctx context.Context, b Batch) error {
	s, err := in.Senders.Sender(ctx, b.Sender)
	if err == nil && s.Snapshot != b.Diff.Base {
		err = ErrOutdated
	}
	if err == nil {
		err = in.follows(ctx, b)
	}
	return err
}

// follows makes sure that a list is of no earlier day than the one it is compared
// with, which would make people leave who came since; and that no other list has
// stopped halfway, of whose people nobody could say where they are.
func (in *Intake) follows(ctx context.Context, b Batch) error {
	if b.Diff.Base != "" {
		switch before, err := in.Store.FeedBatch(ctx, b.Diff.Base); {
		case err != nil:
			return err
		case before.Day() > b.Day():
			return ErrOutdated
		}
	}
	stopped, err := in.Lists.Stopped(ctx, b)
	if err == nil && stopped != "" {
		err = ErrUnfinished.With("batch_id", stopped)
	}
	return err
}

func (in *Intake) compareList(ctx context.Context, b *Batch, l Lister, f File) error {
	if b.At == b.Layout.Start {
		s, err := in.Senders.Sender(ctx, b.Sender)
		if err != nil {
			return err
		}
		b.Diff.Base = s.Snapshot
		if err := in.follows(ctx, *b); err != nil {
			return err
		}
	}
	err := in.stage(ctx, *b, l, f, func(c Chunk) error { return in.compareChunk(ctx, *b, l, c) })
	if err != nil {
		return err
	}
	now, err := in.Store.FeedBatch(ctx, b.ID)
	if err != nil {
		return err
	}
	d := now.Diff
	d.Gone = d.Before - d.Unchanged - d.Changed
	switch {
	case d.share() > in.MostGone:
		d.Hold = HoldGone.Reason
	case d.Gone > 0 && d.Unclear > 0:
		d.Hold = HoldUnclear.Reason
	}
	if *b, err = in.Lists.BeginApplying(ctx, b.ID, d); err != nil {
		return err
	}
	if err := in.at("list.compared"); err != nil {
		return err
	}
	if b.State == Held {
		return errRests
	}
	return nil
}

func (in *Intake) compareChunk(ctx context.Context, b Batch, l Lister, c Chunk) error {
	list := ListChunk{Batch: b, From: c.From, To: c.To, Rate: c.Rate, Hook: c.Hook}
	for i := range c.Rows {
		r := &c.Rows[i]
		e, ok := Entry{}, false
		if r.Item != nil {
			e, ok = l.Entry(r.Item)
		}
		if !ok {
			list.Unclear++
			continue
		}
		list.Rows = append(list.Rows, ListRow{Number: r.Number, Entry: e, Item: r.Item, Refused: r.Fault != nil})
	}
	list.Like = func(r ListRow) []byte { return l.Likeness(r.Item) }
	list.Make = func(r ListRow, key string, d Difference, before []byte) ([]byte, error) {
		switch d {
		case DiffNew:
			_, memo, err := l.New(r.Item, before, listID(b, key), b.Day())
			return memo, err
		case DiffChanged:
			_, memo, err := l.Changed(r.Item, before, listID(b, key), b.Day())
			return memo, err
		}
		return before, nil
	}
	return in.Lists.CompareList(ctx, list)
}

// listID names the event that a difference becomes: the same however often the
// list is gone through.
func listID(b Batch, key string) string { return b.ID + "-" + key[:min(len(key), 24)] }

// applyList turns rows into what they differ in.
func (in *Intake) applyList(ctx context.Context, b Batch, l Lister, c Chunk) error {
	var entries []Entry
	var at []int
	for i := range c.Rows {
		if r := &c.Rows[i]; r.Fault == nil {
			if e, ok := l.Entry(r.Item); ok {
				entries, at = append(entries, e), append(at, i)
			}
		}
	}
	found, err := in.Lists.ListDiff(ctx, b, entries)
	if err != nil {
		return err
	}
	for n, e := range found {
		r := &c.Rows[at[n]]
		r.ID = listID(b, e.Key)
		switch {
		case e.Number != r.Number:
			r.Fault = ErrListTwice
		case e.Diff == DiffUnchanged:
			r.Known = unchanged
		case e.Diff == DiffChanged:
			r.Key = e.Key
			if r.Item, _, err = l.Changed(r.Item, e.Memo, r.ID, b.Day()); err != nil {
				return err
			}
		case e.Diff == DiffAlike:
			r.Key = e.Key
			q := Question{Key: e.Key, ID: r.ID, Day: b.Day(), Memo: e.Memo, Gone: e.Missed, IDOf: func(key string) string { return listID(b, key) }}
			if r.Item, err = l.Alike(r.Item, q); err != nil {
				return err
			}
		default:
			r.Key = e.Key
			if r.Item, _, err = l.New(r.Item, e.Memo, r.ID, b.Day()); err != nil {
				return err
			}
		}
	}
	return in.applyChunk(ctx, c)
}

// applyGone says of everybody who is no longer on the list that they are gone.
// Their rows are numbered behind those of the file.
func (in *Intake) applyGone(ctx context.Context, b Batch, l Lister) error {
	pace := pace{now: in.Now, last: in.Now()}
	rows := firstRows
	for {
		switch {
		case in.ChunkRows > 0:
			rows = in.ChunkRows
		case b.ValidateOnly:
			rows = ChunkRows
		}
		gone, err := in.Lists.Gone(ctx, b, b.Cursor, rows)
		if err != nil || len(gone) == 0 {
			return err
		}
		c := Chunk{
			BatchID: b.ID, Target: b.Target, Stage: StageGone, Source: b.Source(), ValidateOnly: b.ValidateOnly,
			From: b.At, To: b.At, Rate: pace.rate, Hook: in.at, Day: b.Day(),
		}
		for _, e := range gone {
			c.To.Line++
			r := Row{Number: c.To.Line, ID: listID(b, e.Key), end: c.To, Key: e.Key}
			if r.Item, e.Memo, err = l.Gone(e.Memo, r.ID, b.Day()); err != nil {
				return err
			}
			c.Gone = append(c.Gone, e)
			c.Rows, c.Cursor = append(c.Rows, r), e.Key
		}
		if err := in.at("chunk.read"); err != nil {
			return err
		}
		began := time.Now()
		if err := in.applyChunk(ctx, c); err != nil {
			return err
		}
		rows = fill(len(c.Rows), time.Since(began))
		b.At, b.Cursor = c.To, c.Cursor
		pace.add(len(c.Rows))
		if err := in.at("chunk.stored"); err != nil {
			return err
		}
	}
}
