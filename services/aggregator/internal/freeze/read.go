package freeze

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"time"

	"xinju.dev/services/aggregator/internal/desk"
	"xinju.dev/services/aggregator/internal/report"
	"xinju.dev/services/platform/civil"
)

// reportOf is a stored report as it is shown.
func reportOf(row desk.ReportRow, signed []desk.SignoffRow) (*report.Report, error) {
	r := &report.Report{
		ID: row.ID, State: report.State(row.State), Basis: row.Basis, Digest: row.Digest, Failure: row.Failure, Text: row.FailureText,
	}
	var err error
	switch {
	case len(row.Content) > 0:
		r.Content, err = report.Decode(row.Content)
	case len(row.Summary) > 0:
		r.Content, err = report.Decode(row.Summary)
	default:
		var req report.Request
		if err = json.Unmarshal(row.Request, &req); err == nil {
			r.Content = req.Wanted(row.ID)
		}
	}
	if err != nil {
		return nil, report.ErrDamaged
	}
	r.Signoffs = signoffs(signed)
	return r, nil
}

func signoffs(rows []desk.SignoffRow) (out []report.Signoff) {
	for _, s := range rows {
		on, _ := civil.FromYYYYMMDD(s.SignedYMD) // none stays none
		out = append(out, report.Signoff{
			Role: s.Role, Name: s.Name, On: on, Remark: s.Remark, Digest: s.Digest, By: s.CreatedBy, At: time.UnixMilli(s.CreatedMS).UTC(),
		})
	}
	return out
}

// Get returns a report. It fails with REPORT_NOT_FOUND.
func (f *Freezer) Get(ctx context.Context, id string) (out *report.Report, err error) {
	err = f.Desk.Read(ctx, func(t desk.Tx) error {
		row, found, err := t.Report(id)
		if err != nil {
			return err
		}
		if !found {
			return report.ErrNotFound
		}
		signed, err := t.Signoffs(id)
		if err != nil {
			return err
		}
		out, err = reportOf(row, signed)
		return err
	})
	return out, err
}

// frozen returns a report that is frozen. It fails with REPORT_NOT_FOUND and
// REPORT_NOT_FROZEN.
func (f *Freezer) frozen(ctx context.Context, id string) (*report.Report, error) {
	r, err := f.Get(ctx, id)
	if err == nil && r.State != report.Frozen {
		return nil, report.ErrNotFrozen
	}
	return r, err
}

// List returns up to limit reports before an identifier, latest first, without numbers.
func (f *Freezer) List(ctx context.Context, division, before string, limit int) (out []*report.Report, err error) {
	err = f.Desk.Read(ctx, func(t desk.Tx) error {
		rows, err := t.Reports(division, before, limit)
		out = out[:0]
		for _, row := range rows {
			signed, err := t.Signoffs(row.ID)
			if err != nil {
				return err
			}
			r, err := reportOf(row, signed)
			if err != nil {
				return err
			}
			out = append(out, r)
		}
		return err
	})
	return out, err
}

// Number finds a number of a report, with the report; day None is that of the
// report. It fails with REPORT_NOT_FOUND, REPORT_NOT_FROZEN, REPORT_NUMBER_NOT_FOUND.
func (f *Freezer) Number(ctx context.Context, id, division, indicator string, day civil.Date) (*report.Report, *report.Number, error) {
	r, err := f.frozen(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	n, found := r.Content.NumberOn(division, indicator, day)
	if !found {
		return nil, nil, report.ErrNumber.With("indicator_id", indicator)
	}
	return r, n, nil
}

// Members reads a page. It fails with REPORT_NOT_FOUND, REPORT_NOT_FROZEN,
// REPORT_WITHOUT_LISTS, REPORT_NUMBER_NOT_FOUND.
func (f *Freezer) Members(ctx context.Context, q report.MembersQuery) (out report.Members, err error) {
	r, err := f.frozen(ctx, q.Report)
	if err != nil {
		return out, err
	}
	n, found := r.Content.NumberOn(q.Division, q.Indicator, q.Day)
	switch {
	case !r.Content.WithLists:
		return out, report.ErrWithoutLists
	case !found || !n.Opens:
		return out, report.ErrNumber.With("indicator_id", q.Indicator)
	}
	column, in := r.Content.ColumnOf(q.Indicator, n.Day), r.Content.Below(q.Division, n.Day)
	err = f.Desk.Read(ctx, func(t desk.Tx) error {
		out = report.Members{Total: q.Which.Of(n)}
		index, err := t.ListIndex(q.Report)
		if err != nil {
			return err
		}
		at := 0
		for _, p := range index {
			if p.Indicator != column || !in[p.Village] || out.Next != 0 {
				continue
			}
			if q.Which == report.Eligible && at+p.Lines <= q.After { // whole parts need not be read
				at += p.Lines
				continue
			}
			lines, err := linesOf(t, q.Report, p)
			if err != nil {
				return err
			}
			for _, l := range lines {
				if !q.Which.Takes(l.Covered) {
					continue
				}
				if at++; at <= q.After {
					continue
				}
				if len(out.Lines) == q.Limit {
					out.Next = at - 1
					break
				}
				out.Lines = append(out.Lines, l)
			}
		}
		return persons(t, q.Report, &out)
	})
	return out, err
}

func linesOf(t desk.Tx, id string, p desk.ListPart) ([]report.Line, error) {
	body, found, err := t.ListPart(id, p)
	if err != nil {
		return nil, err
	}
	lines, bad := report.DecodeLines(p.Village, p.Indicator, body)
	if !found || bad != nil || len(lines) != p.Lines {
		return nil, report.ErrDamaged
	}
	return lines, nil
}

func persons(t desk.Tx, id string, m *report.Members) error {
	known := newPeople(t, id)
	for i := range m.Lines {
		p, _, err := known.find(m.Lines[i].ResidentID)
		if err != nil {
			return err
		}
		m.Persons = append(m.Persons, p)
	}
	return nil
}

// people finds what was kept of residents; it remembers the parts read last.
type people struct {
	t     desk.Tx
	id    string
	parts [][]report.Person // latest first
}

const peopleParts = 16

func newPeople(t desk.Tx, id string) *people { return &people{t: t, id: id} }

func (k *people) find(resident string) (report.Person, bool, error) {
	for _, part := range k.parts {
		if len(part) > 0 && part[0].ID <= resident && resident <= part[len(part)-1].ID {
			return in(part, resident)
		}
	}
	row, err := k.t.PersonPart(k.id, resident)
	if err != nil || row.Body == nil {
		return report.Person{}, false, err
	}
	part, bad := report.DecodePersons(bytes.Clone(row.Body))
	if bad != nil {
		return report.Person{}, false, report.ErrDamaged
	}
	k.parts = append([][]report.Person{part}, k.parts[:min(len(k.parts), peopleParts-1)]...)
	return in(part, resident)
}

func in(part []report.Person, resident string) (report.Person, bool, error) {
	i := slices.IndexFunc(part, func(p report.Person) bool { return p.ID == resident })
	if i < 0 {
		return report.Person{}, false, nil
	}
	return part[i], true, nil
}

// eachPersonID calls each for every resident of a report, some perhaps twice.
func (f *Freezer) eachPersonID(ctx context.Context, id string, each func(string)) error {
	return f.Desk.Read(ctx, func(t desk.Tx) error {
		return t.EachPersonPart(id, func(p desk.PersonPart) error {
			list, bad := report.DecodePersons(p.Body)
			for i := range list {
				each(list[i].ID)
			}
			return bad
		})
	})
}

// Verify computes the digest of what is stored. It fails with REPORT_NOT_FOUND
// and REPORT_NOT_FROZEN.
func (f *Freezer) Verify(ctx context.Context, id string) (kept, computed string, signed []report.Signoff, err error) {
	err = f.Desk.Read(ctx, func(t desk.Tx) error {
		row, found, err := t.Report(id)
		switch {
		case err != nil:
			return err
		case !found:
			return report.ErrNotFound
		case row.State != int32(report.Frozen):
			return report.ErrNotFrozen
		}
		if computed, err = digestStored(t, &row); err != nil {
			return err
		}
		kept = row.Digest
		stored, err := t.Signoffs(id)
		signed = signoffs(stored)
		return err
	})
	return kept, computed, signed, err
}

// digestStored is the digest of what is stored of a report. A summary that is
// not that of the content gives another one.
func digestStored(t desk.Tx, row *desk.ReportRow) (string, error) {
	index, err := t.ListIndex(row.ID)
	if err != nil {
		return "", err
	}
	d := report.NewDigester()
	for _, p := range index {
		body, _, err := t.ListPart(row.ID, p)
		if err != nil {
			return "", err
		}
		d.List(p.Village, p.Indicator, p.Part, p.Lines, body)
	}
	err = t.EachPersonPart(row.ID, func(p desk.PersonPart) error {
		d.Persons(p.FirstID, p.Body)
		return nil
	})
	if err != nil {
		return "", err
	}
	content := row.Content
	if c, bad := report.Decode(content); bad != nil {
		content = nil
	} else if s, err := c.Summary().Encode(); err != nil || !bytes.Equal(s, row.Summary) {
		content = nil
	}
	return d.Sum(content), nil
}
