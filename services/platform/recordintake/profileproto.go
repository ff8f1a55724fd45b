package recordintake

import (
	"strconv"

	intakev1 "xinju.dev/api/gen/xinju/intake/v1"
	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/rowfile"
)

// readProfile reads a profile; what it cannot say is refused when it is checked.
func readProfile(p *intakev1.ImportProfile) intake.Profile {
	out := intake.Profile{
		Name: p.GetName(), Title: p.GetTitle(), Senders: p.GetSenderPattern(), Hints: readHints(p.GetHints()), Only: p.GetOnlyColumns(),
	}
	readMapping(&out, p.GetMapping())
	for _, s := range p.GetSkips() {
		out.Skips = append(out.Skips, intake.ProfileSkip{Column: s.GetColumn(), Values: s.GetValues()})
	}
	return out
}

func readMapping(p *intake.Profile, m *intakev1.ImportMapping) {
	p.DateFormat = m.GetDateFormat()
	for _, c := range m.GetColumns() {
		p.Columns = append(p.Columns, intake.ProfileColumn{Column: c.GetColumn(), Field: c.GetField()})
	}
	for _, w := range m.GetWords() {
		p.Words = append(p.Words, intake.ProfileWord{Field: w.GetField(), Word: w.GetWord(), Code: w.GetCode()})
	}
	for _, c := range m.GetConstants() {
		p.Constants = append(p.Constants, intake.ProfileConstant{Field: c.GetField(), Value: c.GetValue()})
	}
}

func readHints(h *intakev1.ImportHints) rowfile.Hints {
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

func hintsProto(h rowfile.Hints) *intakev1.ImportHints {
	out := &intakev1.ImportHints{
		Format: string(h.Format), Encoding: string(h.Encoding), Delimiter: h.Delimiter, NoQuotes: h.NoQuotes, HeaderRow: int32(h.HeaderRow),
		NoHeader: h.NoHeader, Sheet: h.Sheet, RowElement: h.RowElement, DateSystem: string(h.DateSystem),
	}
	for _, c := range h.Columns {
		out.FixedColumns = append(out.FixedColumns, &intakev1.ImportFixedColumn{Name: c.Name, From: int32(c.From), ByteCount: int32(c.Bytes)})
	}
	return out
}

func profileProto(p intake.Profile) *intakev1.ImportProfile {
	m := &intakev1.ImportMapping{DateFormat: p.DateFormat}
	for _, c := range p.Columns {
		m.Columns = append(m.Columns, &intakev1.ImportColumnMapping{Column: c.Column, Field: c.Field})
	}
	for _, w := range p.Words {
		m.Words = append(m.Words, &intakev1.ImportWordMapping{Field: w.Field, Word: w.Word, Code: w.Code})
	}
	for _, c := range p.Constants {
		m.Constants = append(m.Constants, &intakev1.ImportConstant{Field: c.Field, Value: c.Value})
	}
	out := &intakev1.ImportProfile{
		Name: p.Name, Title: p.Title, SenderPattern: p.Senders, Hints: hintsProto(p.Hints), Mapping: m, OnlyColumns: p.Only, UpdateTime: instantProto(p.Changed),
	}
	if p.Version > 0 {
		out.Etag = strconv.FormatInt(p.Version, 10)
	}
	for _, s := range p.Skips {
		out.Skips = append(out.Skips, &intakev1.ImportSkip{Column: s.Column, Values: s.Values})
	}
	return out
}
