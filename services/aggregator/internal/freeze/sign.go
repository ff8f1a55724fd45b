package freeze

import (
	"context"
	"errors"

	"xinju.dev/services/aggregator/internal/desk"
	"xinju.dev/services/aggregator/internal/report"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/sqlstore"
)

// Sign puts a signature beside a report; its Digest, when given, must be that of
// the report. It fails with REPORT_NOT_FOUND, REPORT_NOT_FROZEN, REPORT_DAMAGED,
// REPORT_DIGEST_DIFFERS, REPORT_SIGNED, REPORT_SIGNED_TOO_EARLY.
func (f *Freezer) Sign(ctx context.Context, id string, s report.Signoff) (*report.Report, error) {
	r, err := f.Intact(ctx, id)
	if err != nil {
		return nil, err
	}
	if s.Digest != "" && s.Digest != r.Digest {
		return nil, report.ErrOtherDigest
	}
	if s.On < civil.DateOf(r.Content.Frozen) {
		return nil, report.ErrSignedEarly
	}
	err = f.Desk.Write(ctx, func(t desk.Tx) error {
		return t.AddSignoff(id, desk.SignoffRow{
			Role: s.Role, Name: s.Name, SignedYMD: s.On.YYYYMMDD(), Remark: s.Remark, Digest: r.Digest,
			CreatedBy: s.By, CreatedMS: f.Now().UnixMilli(),
		})
	})
	if errors.Is(err, sqlstore.ErrDuplicate) {
		return nil, report.ErrSigned.With("role", s.Role)
	}
	if err != nil {
		return nil, err
	}
	return f.Get(ctx, id)
}

// Intact returns a frozen report whose digest is that of what is stored. It fails
// with REPORT_NOT_FOUND, REPORT_NOT_FROZEN, REPORT_DAMAGED.
func (f *Freezer) Intact(ctx context.Context, id string) (*report.Report, error) {
	kept, computed, _, err := f.Verify(ctx, id)
	if err != nil {
		return nil, err
	}
	if kept != computed {
		return nil, report.ErrDamaged
	}
	return f.Get(ctx, id)
}

// EachLine calls each for every line of a report, by village, indicator and address.
func (f *Freezer) EachLine(ctx context.Context, id string, each func(*report.Line) error) error {
	var index []desk.ListPart
	err := f.Desk.Read(ctx, func(t desk.Tx) (err error) {
		index, err = t.ListIndex(id)
		return err
	})
	for _, p := range index {
		if err != nil {
			return err
		}
		var lines []report.Line
		err = f.Desk.Read(ctx, func(t desk.Tx) (err error) {
			lines, err = linesOf(t, id, p)
			return err
		})
		for i := range lines {
			if err == nil {
				err = each(&lines[i])
			}
		}
	}
	return err
}
