package ledger

import (
	"slices"

	"xinju.dev/services/platform/civil"
)

// Source reads rows of months as one state of the ledger wrote them.
type Source interface {
	// Months returns the rows that there are of these divisions and months.
	Months(codes []string, months []Month) ([]MonthRow, error)
	// Latest returns, of each division that has one, the last row before a month.
	Latest(codes []string, before Month) ([]MonthRow, error)
}

// Stored is the ledger as it is stored by months, for one answer: each row is
// read once. It is not safe for concurrent use. Numbers are zero once Err says
// that something could not be read.
type Stored struct {
	source Source
	rows   map[place]MonthRow // the row that holds for a month; Cells nil: none
	err    error
}

type place struct {
	code  string
	month Month
}

// NewStored returns a reader that has read nothing yet.
func NewStored(s Source) *Stored { return &Stored{source: s, rows: map[place]MonthRow{}} }

// Err is the first failure.
func (s *Stored) Err() error { return s.err }

// prepareLimit bounds the divisions and the months of one reading.
const prepareLimit = 200

// Prepare reads what many numbers need at once; it is never needed.
func (s *Stored) Prepare(codes []string, days []civil.Date) {
	months := make([]Month, len(days))
	for i, day := range days {
		months[i] = MonthOf(day)
	}
	slices.Sort(months)
	months = slices.Compact(months)
	for m := range slices.Chunk(months, prepareLimit) {
		for c := range slices.Chunk(codes, max(1, prepareLimit/len(m))) {
			s.read(c, m)
		}
	}
}

func (s *Stored) read(codes []string, months []Month) {
	if s.err != nil || s.has(codes, months) {
		return
	}
	list, err := s.source.Months(codes, months)
	if err != nil {
		s.err = err
		return
	}
	for _, r := range list {
		s.rows[place{r.Code, r.Month}] = r
	}
	for _, m := range months {
		var missing []string
		for _, code := range codes {
			if _, ok := s.rows[place{code, m}]; !ok {
				missing = append(missing, code)
			}
		}
		if len(missing) > 0 {
			s.readLatest(missing, m)
		}
	}
}

// has says whether nothing needs to be read.
func (s *Stored) has(codes []string, months []Month) bool {
	for _, code := range codes {
		for _, m := range months {
			if _, ok := s.rows[place{code, m}]; !ok {
				return false
			}
		}
	}
	return true
}

func (s *Stored) readLatest(codes []string, month Month) {
	list, err := s.source.Latest(codes, month)
	if err != nil {
		s.err = err
		return
	}
	for _, code := range codes {
		s.rows[place{code, month}] = MonthRow{Code: code, Month: month}
	}
	for _, r := range list {
		s.rows[place{r.Code, month}] = r
	}
}

func (s *Stored) cell(key Key, p part, code string, day civil.Date) Count {
	at := place{code, MonthOf(day)}
	row, ok := s.rows[at]
	if !ok {
		s.read([]string{code}, []Month{at.month})
		row = s.rows[at]
	}
	n, err := readCell(row.Cells, cellID(key, p), day, row.Month)
	if s.err == nil {
		s.err = err
	}
	return n
}

// At implements Reader.
func (s *Stored) At(key Key, code string, day civil.Date) Count {
	return s.cell(key, below, code, day).plus(s.cell(key, direct, code, day))
}

// Direct implements Reader.
func (s *Stored) Direct(key Key, code string, day civil.Date) Count {
	return s.cell(key, direct, code, day)
}

// Trend implements Reader.
func (s *Stored) Trend(key Key, code string, days []civil.Date) []Count {
	s.Prepare([]string{code}, days)
	out := make([]Count, len(days))
	for i, day := range days {
		out[i] = s.At(key, code, day)
	}
	return out
}
