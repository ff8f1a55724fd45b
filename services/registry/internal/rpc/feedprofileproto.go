package rpc

import (
	"strconv"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/rowfile"
)

// feedHints reads what is said of how a file is written; what it cannot be is
// refused when the file is looked at.
func feedHints(h *registryv1.FeedHints) rowfile.Hints {
	out := rowfile.Hints{
		Format: rowfile.Format(h.GetFormat()), Encoding: rowfile.Encoding(h.GetEncoding()), Delimiter: h.GetDelimiter(), NoQuotes: h.GetNoQuotes(),
		HeaderRow: int(h.GetHeaderRow()), NoHeader: h.GetNoHeader(), Sheet: h.GetSheet(), RowElement: h.GetRowElement(),
		DateSystem: rowfile.DateSystem(h.GetDateSystem()),
	}
	for _, c := range h.GetFixedColumns() {
		out.Columns = append(out.Columns, rowfile.FixedColumn{Name: c.GetName(), From: int(c.GetFrom()), Bytes: int(c.GetByteCount())})
	}
	return out
}

func hintsProto(h rowfile.Hints) *registryv1.FeedHints {
	out := &registryv1.FeedHints{
		Format: string(h.Format), Encoding: string(h.Encoding), Delimiter: h.Delimiter, NoQuotes: h.NoQuotes, HeaderRow: int32(h.HeaderRow),
		NoHeader: h.NoHeader, Sheet: h.Sheet, RowElement: h.RowElement, DateSystem: string(h.DateSystem),
	}
	for _, c := range h.Columns {
		out.FixedColumns = append(out.FixedColumns, &registryv1.FixedColumn{Name: c.Name, From: int32(c.From), ByteCount: int32(c.Bytes)})
	}
	return out
}

func feedLayout(l intake.Layout) *registryv1.FeedLayout {
	out := &registryv1.FeedLayout{
		Format: l.Format, Encoding: l.Encoding, EncodingConfidence: l.Confidence, EncodingLabel: l.Label, Delimiter: l.Delimiter,
		Sheet: l.Sheet, OtherSheets: l.OtherSheets, RowPath: l.RowPath, DateSystem: l.DateSystem,
	}
	if l.Profile != nil {
		out.Profile, out.ProfileVersion = l.Profile.Name, l.Profile.Version
	}
	return out
}

func readProfile(p *registryv1.FeedProfile) intake.Profile {
	out := intake.Profile{
		Name: p.GetName(), Target: p.GetTarget(), Title: p.GetTitle(), Senders: p.GetSenderPattern(), Hints: feedHints(p.GetHints()),
		Only: p.GetOnlyColumns(), DateFormat: p.GetDateFormat(),
	}
	for _, c := range p.GetColumns() {
		out.Columns = append(out.Columns, intake.ProfileColumn{Column: c.GetColumn(), Field: c.GetField()})
	}
	for _, w := range p.GetWords() {
		out.Words = append(out.Words, intake.ProfileWord{Field: w.GetField(), Word: w.GetWord(), Code: w.GetCode()})
	}
	for _, c := range p.GetConstants() {
		out.Constants = append(out.Constants, intake.ProfileConstant{Field: c.GetField(), Value: c.GetValue()})
	}
	for _, s := range p.GetSkips() {
		out.Skips = append(out.Skips, intake.ProfileSkip{Column: s.GetColumn(), Values: s.GetValues()})
	}
	return out
}

func feedProfile(p intake.Profile) *registryv1.FeedProfile {
	out := &registryv1.FeedProfile{
		Name: p.Name, Target: p.Target, Title: p.Title, SenderPattern: p.Senders, Hints: hintsProto(p.Hints), OnlyColumns: p.Only, DateFormat: p.DateFormat,
		UpdateTime: instant(p.Changed),
	}
	if p.Version > 0 {
		out.Etag = strconv.FormatInt(p.Version, 10)
	}
	for _, c := range p.Columns {
		out.Columns = append(out.Columns, &registryv1.FeedProfileColumn{Column: c.Column, Field: c.Field})
	}
	for _, w := range p.Words {
		out.Words = append(out.Words, &registryv1.FeedProfileWord{Field: w.Field, Word: w.Word, Code: w.Code})
	}
	for _, c := range p.Constants {
		out.Constants = append(out.Constants, &registryv1.FeedProfileConstant{Field: c.Field, Value: c.Value})
	}
	for _, s := range p.Skips {
		out.Skips = append(out.Skips, &registryv1.FeedProfileSkip{Column: s.Column, Values: s.Values})
	}
	return out
}
