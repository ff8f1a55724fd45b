package rowfile

import (
	"math"
	"strconv"
	"strings"
	"time"

	"xinju.dev/services/platform/fault"
)

// What a cell of a workbook holds, as Record.Raw keeps it.
const (
	textCell    = 't'
	numberCell  = 'n'
	errorCell   = 'e'
	formulaCell = 'f' // without its result
)

// numberText is a number as a person would have typed it: a day by its format,
// padded with zeros by its format, never with an exponent. It fails for what a
// spreadsheet, which keeps 15 digits, cannot have kept, and for days that never
// were.
func (f numberFormat) numberText(dst []byte, raw string, dates DateSystem) ([]byte, *fault.Error) {
	v, err := strconv.ParseFloat(raw, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return dst, ErrMalformed
	}
	if f.kind != plainNumber && f.kind != zeroPadded {
		return f.dayText(dst, v, dates)
	}
	if math.Abs(v) >= 1e15 {
		return dst, ErrNumberExcel
	}
	text := strconv.FormatFloat(v, 'f', -1, 64)
	if strings.Contains(text, ".") {
		short, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 15, 64), 64) // 0.30000000000000004 is 0.3
		if err == nil {
			text = strconv.FormatFloat(short, 'f', -1, 64)
		}
	}
	if f.kind == zeroPadded && digitsOnly(text) {
		for range int(f.width) - len(text) {
			dst = append(dst, '0')
		}
	}
	return append(dst, text...), nil
}

func (f numberFormat) dayText(dst []byte, v float64, dates DateSystem) ([]byte, *fault.Error) {
	if f.kind == timeOnly && v >= 0 && v < 1 {
		return appendClock(dst, time.Duration(math.Round(v*86400))*time.Second), nil
	}
	day, err := DayOfSerial(v, dates)
	if err != nil {
		return dst, ErrDateImpossible
	}
	text := day.Date.String()
	switch f.kind {
	case monthOnly:
		return append(dst, text[:7]...), nil
	case yearOnly:
		return append(dst, text[:4]...), nil
	}
	dst = append(dst, text...)
	if f.kind != wholeDay && day.HasTime {
		dst = appendClock(append(dst, ' '), day.Clock)
	}
	return dst, nil
}

func appendClock(dst []byte, d time.Duration) []byte {
	return time.Time{}.Add(d).AppendFormat(dst, "15:04:05")
}

// unescapeX undoes _x000D_, which is how a workbook writes what XML cannot hold.
func unescapeX(dst, text []byte) []byte {
	for i := 0; i < len(text); i++ {
		if text[i] == '_' && i+6 < len(text) && text[i+1] == 'x' && text[i+6] == '_' {
			if r, ok := hex4(text[i+2:]); ok && (r < ' ' || r == '_') {
				dst = append(dst, byte(r))
				i += 6
				continue
			}
		}
		dst = append(dst, text[i])
	}
	return dst
}

// cellPlace reads a reference such as AB12; column is counted from 0.
func cellPlace(ref string) (column, row int, ok bool) {
	i := 0
	for ; i < len(ref) && i < 3 && ref[i] >= 'A' && ref[i] <= 'Z'; i++ {
		column = column*26 + int(ref[i]-'A') + 1
	}
	row, rest, n := number(ref[i:], 7)
	return column - 1, row, i > 0 && n > 0 && rest == "" && row > 0
}

// columnName is the letters of a column counted from 0.
func columnName(i int) string {
	name := ""
	for i++; i > 0; i = (i - 1) / 26 {
		name = string(rune('A'+(i-1)%26)) + name
	}
	return name
}
