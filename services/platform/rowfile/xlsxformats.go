package rowfile

import (
	"strconv"
	"strings"
)

// formats are the number formats of a workbook, as far as they change what a
// number is.
type formats struct {
	cells []numberFormat // by the s of a cell
}

type numberKind uint8

const (
	plainNumber numberKind = iota
	wholeDay
	dayAndTime
	monthOnly // a year and a month are shown: the day was never said
	yearOnly
	timeOnly
	zeroPadded
)

type numberFormat struct {
	kind  numberKind
	width uint8 // of zeroPadded
}

const maxFormats = 100_000

// builtIn are the formats that have numbers instead of codes, as ECMA-376
// 18.8.30 lists them for all languages and for Chinese.
var builtIn = map[int]numberKind{
	14: wholeDay, 15: wholeDay, 16: wholeDay, 17: monthOnly, 18: timeOnly, 19: timeOnly, 20: timeOnly, 21: timeOnly, 22: dayAndTime,
	27: monthOnly, 28: wholeDay, 29: wholeDay, 30: wholeDay, 31: wholeDay, 32: timeOnly, 33: timeOnly, 34: timeOnly, 35: timeOnly, 36: monthOnly,
	45: timeOnly, 46: timeOnly, 47: timeOnly,
	50: monthOnly, 51: wholeDay, 52: monthOnly, 53: wholeDay, 54: wholeDay, 55: timeOnly, 56: timeOnly, 57: monthOnly, 58: wholeDay,
}

func (b *book) readFormats(part string) error {
	codes := map[int]numberFormat{}
	inCells := false
	return b.scan(part, func(t *xmlToken) error {
		switch name := string(t.name); {
		case t.kind == xmlEnd && name == "cellXfs":
			inCells = false
		case t.kind != xmlStart:
		case name == "cellXfs":
			inCells = !t.empty
		case name == "numFmt":
			id, err := strconv.Atoi(attribute(t, "numFmtId"))
			if err != nil || len(codes) >= maxFormats {
				return ErrFileHostile.With("limit", "FORMATS")
			}
			codes[id] = parseFormat(attribute(t, "formatCode"))
		case name == "xf" && inCells:
			if len(b.cells) >= maxFormats {
				return ErrFileHostile.With("limit", "FORMATS")
			}
			id, _ := strconv.Atoi(attribute(t, "numFmtId"))
			f, custom := codes[id]
			if !custom {
				f = numberFormat{kind: builtIn[id]}
			}
			b.cells = append(b.cells, f)
		}
		return nil
	})
}

// parseFormat reads a format code such as yyyy"年"m"月";@.
func parseFormat(code string) numberFormat {
	code = strings.ToLower(bareCode(code))
	if code != "" && len(code) <= 40 && strings.Trim(code, "0") == "" {
		if len(code) == 1 {
			return numberFormat{}
		}
		return numberFormat{zeroPadded, uint8(len(code))}
	}
	if strings.ContainsAny(code, "0#?") && !strings.ContainsAny(code, "yd") || strings.Contains(code, "general") {
		if !strings.ContainsAny(code, "hs") || strings.Contains(code, "general") {
			return numberFormat{}
		}
	}
	year, day, clock := strings.ContainsAny(code, "ye"), strings.Contains(code, "d"), strings.ContainsAny(code, "hs")
	month := strings.Contains(code, "m")
	switch {
	case (year || day) && clock:
		return numberFormat{kind: dayAndTime}
	case day:
		return numberFormat{kind: wholeDay}
	case year && month:
		return numberFormat{kind: monthOnly}
	case year:
		return numberFormat{kind: yearOnly}
	case clock:
		return numberFormat{kind: timeOnly}
	}
	return numberFormat{}
}

// bareCode is the first section of a format code without its literal text,
// colours and languages.
func bareCode(code string) string {
	var out strings.Builder
	for i := 0; i < len(code); i++ {
		switch c := code[i]; c {
		case ';':
			return out.String()
		case '"':
			if n := strings.IndexByte(code[i+1:], '"'); n >= 0 {
				i += n + 1
			}
		case '[':
			n := strings.IndexByte(code[i:], ']')
			if n < 0 {
				return out.String()
			}
			if elapsed := strings.ToLower(code[i+1 : i+n]); strings.Trim(elapsed, "hms") == "" {
				out.WriteString(elapsed)
			}
			i += n
		case '\\', '_', '*':
			i++
		default:
			out.WriteByte(c)
		}
	}
	return out.String()
}
