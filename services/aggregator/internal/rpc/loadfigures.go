package rpc

import (
	"context"
	"crypto/sha256"
	"fmt"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/figure"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/wire"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"google.golang.org/protobuf/proto"
)

// maxFigures bounds one load.
const maxFigures = 5000

// LoadFigures implements aggregatorv1.FigureServiceServer.
func (s *FigureServer) LoadFigures(ctx context.Context, req *aggregatorv1.LoadFiguresRequest) (*aggregatorv1.LoadFiguresResponse, error) {
	c := &wire.Check{}
	if n := len(req.GetFigures()); n == 0 || n > maxFigures {
		c.Refuse("figures", "应为 1 到 5000 行 1 to 5,000 rows")
		return nil, c.Err()
	}
	by := s.by(ctx, c, req.GetRecordedBy())
	list := make([]figure.Version, len(req.GetFigures()))
	seen := map[figure.Key]bool{}
	at := s.server.now().UnixMilli()
	for i, f := range req.GetFigures() {
		prefix := fmt.Sprintf("figures[%d].", i)
		list[i] = figureRow(c, prefix, f)
		list[i].RecordedMS, list[i].RecordedBy = at, by
		if seen[list[i].Key] {
			c.Refuse(prefix+"figure_id", "与前面的行重复（同一数据、区划与时间） the same figure, division and time as a row before")
		}
		seen[list[i].Key] = true
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	if err := s.known(c, list); err != nil {
		return nil, err
	}
	digest, err := digestOf(req)
	if err != nil {
		return nil, err
	}
	did, err := s.store.Load(ctx, req.GetRequestId(), digest, list)
	if err != nil {
		return nil, err
	}
	return &aggregatorv1.LoadFiguresResponse{Created: did.Created, Replaced: did.Replaced, Unchanged: did.Unchanged}, nil
}

// figureRow checks one figure by itself.
func figureRow(c *wire.Check, prefix string, f *aggregatorv1.Figure) figure.Version {
	division(c, prefix+"division", f.GetDivision())
	value, ok := figure.Value(f.GetValue())
	if !ok {
		c.Refuse(prefix+"value", "应为非负数，小数不超过 6 位 not a number of at most 15 digits and 6 behind the point")
	}
	out := figure.Version{
		Key: figure.Key{
			ID: c.Text(prefix+"figure_id", f.GetFigureId(), 64, true), Division: f.GetDivision(),
			PeriodYMD: period(c, prefix, f.GetYear(), c.Date(prefix+"as_of_date", f.GetAsOfDate(), false)),
		},
		Value: value, Source: c.Text(prefix+"source", f.GetSource(), maxSource, true), Document: c.Text(prefix+"document", f.GetDocument(), maxDocument, false),
	}
	if day := c.Date(prefix+"document_date", f.GetDocumentDate(), false); day != civil.None {
		out.DocumentYMD = int32(day.YYYYMMDD())
	}
	return out
}

// known checks figures against the packs and the tree: declared, for a year or a
// day as the pack says, of a division that there is.
func (s *FigureServer) known(c *wire.Check, list []figure.Version) error {
	err := s.server.book.Look(func(v coverage.View) error {
		for i := range list {
			f, prefix := &list[i], fmt.Sprintf("figures[%d].", i)
			what, ok := declared(v, f.ID)
			year, on := figure.PeriodOf(f.PeriodYMD)
			if !ok {
				return ErrFigure.With("figure_id", f.ID)
			}
			if (what.At == policy.OfYear) != (year > 0) {
				c.Refuse(prefix+"year", "该数据按"+map[bool]string{true: "年 this figure is of years", false: "日或月 this figure is of days or months"}[what.At == policy.OfYear])
			}
			if year > 0 {
				on = civil.Of(year, 12, 31)
			}
			if _, known := v.World().Any(f.Division, on); !known {
				c.Refuse(prefix+"division", "没有此区划 no such division")
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return c.Err()
}

// digestOf tells requests apart: of the same request it is the same.
func digestOf(req *aggregatorv1.LoadFiguresRequest) ([]byte, error) {
	raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(req)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(raw)
	return sum[:], nil
}
