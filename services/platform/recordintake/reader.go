package recordintake

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/ident"
	"xinju.dev/services/platform/ids"
	"xinju.dev/services/platform/rowfile"
)

// Needed marks a value that a row must have.
const Needed = true

// Reader reads the values of one row. The first thing that is wrong refuses it;
// afterwards everything reads as nothing.
type Reader struct {
	sheet *sheet
	text  map[string]string
	today civil.Date // the day on which the file was received
	day   func(text string) (rowfile.Day, error)

	fault *fault.Error
	field string
}

// Refuse refuses the row, unless it is refused already.
func (r *Reader) Refuse(field string, why *fault.Error) {
	if r.fault == nil {
		r.fault, r.field = why, field
	}
}

// Has says whether the row has a value of a field.
func (r *Reader) Has(field string) bool { return r.text[field] != "" }

// Text reads a text of at most so many characters.
func (r *Reader) Text(field string, most int, needed bool) string {
	v := r.text[field]
	switch {
	case v == "" && needed:
		r.Refuse(field, ErrValueMissing)
	case utf8.RuneCountInString(v) > most:
		r.Refuse(field, ErrValue)
	default:
		if why := rowfile.Inspect(v, false).Fault(); why != nil {
			r.Refuse(field, why)
		}
		return v
	}
	return ""
}

// Day reads a day that may lie in the future.
func (r *Reader) Day(field string, needed bool) civil.Date {
	v := r.text[field]
	if v == "" {
		if needed {
			r.Refuse(field, ErrValueMissing)
		}
		return civil.None
	}
	d, err := r.day(v)
	if err == nil && d.Partial() {
		err = rowfile.ErrDateImpossible
	}
	if err != nil {
		why, ok := errors.AsType[*fault.Error](err)
		if !ok {
			why = rowfile.ErrDateImpossible
		}
		r.Refuse(field, why)
		return civil.None
	}
	r.text[field] = d.Date.String() // so that it is read again, and compared, in one form
	return d.Date
}

// Past reads a day that had come when the file was received.
func (r *Reader) Past(field string, needed bool) civil.Date {
	d := r.Day(field, needed)
	if d > r.today {
		r.Refuse(field, ErrFuture)
	}
	return d
}

// After refuses a day that lies before another; either may be missing.
func (r *Reader) After(field string, day, first civil.Date) {
	if day != civil.None && first != civil.None && day < first {
		r.Refuse(field, ErrOrder)
	}
}

// Code reads a word or a code of the field's list and gives the code.
func (r *Reader) Code(field string, needed bool) string {
	v := r.text[field]
	if v == "" {
		if needed {
			r.Refuse(field, ErrValueMissing)
		}
		return ""
	}
	code, ok := r.find(field, v)
	if !ok {
		r.Refuse(field, ErrValue)
	}
	return code
}

func (r *Reader) find(field, v string) (string, bool) {
	list, key := r.sheet.codes[field], codeKey(v)
	if code, ok := list[key]; ok {
		return code, true
	}
	if n, found := strings.CutPrefix(key, "0"); found { // 01 for 1
		code, ok := list[n]
		return code, ok
	}
	return "", false
}

// Number is Code where the codes are numbers; 0 for none.
func (r *Reader) Number(field string, needed bool) int {
	n, err := strconv.Atoi(r.Code(field, needed))
	if err != nil {
		return 0
	}
	return n
}

// Codes reads several words or codes, parted by 、 , ; | or blanks.
func (r *Reader) Codes(field string, most int) []string {
	var out []string
	for _, v := range strings.FieldsFunc(r.text[field], func(c rune) bool { return strings.ContainsRune("、,，;；| /", c) }) {
		code, ok := r.find(field, v)
		if !ok {
			r.Refuse(field, ErrValue)
			return nil
		}
		out = append(out, code)
	}
	if len(out) > most {
		r.Refuse(field, ErrValue)
		return nil
	}
	return out
}

// Count reads a whole number from least to most; 0 for none.
func (r *Reader) Count(field string, least, most int) int {
	v := rowfile.Narrow(r.text[field])
	if v == "" {
		return 0
	}
	n, err := strconv.Atoi(strings.TrimSuffix(v, ".0"))
	if err != nil || n < least || n > most {
		r.Refuse(field, ErrValue)
		return 0
	}
	return n
}

// Measure reads a measured number from 0 to most; 0 for none.
func (r *Reader) Measure(field string, most float64) float64 {
	v := strings.TrimRight(rowfile.Narrow(r.text[field]), "kgcmKGCM ")
	if v == "" {
		return 0
	}
	n, err := strconv.ParseFloat(v, 64)
	if err != nil || !(n >= 0 && n <= most) {
		r.Refuse(field, ErrValue)
		return 0
	}
	return n
}

var yesNo = map[string]bool{
	"是": true, "有": true, "1": true, "Y": true, "YES": true, "TRUE": true, "T": true, "√": true, "免费": true,
	"否": false, "无": false, "0": false, "2": false, "N": false, "NO": false, "FALSE": false, "F": false, "×": false, "自费": false,
}

// Yes reads yes or no (是/否, 有/无, 1/0, Y/N); otherwise is what nothing means.
func (r *Reader) Yes(field string, otherwise bool) bool {
	v := r.text[field]
	if v == "" {
		return otherwise
	}
	yes, ok := yesNo[codeKey(v)]
	if !ok {
		r.Refuse(field, ErrValue)
	}
	return yes
}

// Division reads a code of 12 digits, or of 6 or 9, which are filled up.
func (r *Reader) Division(field string) string {
	v := rowfile.Narrow(r.text[field])
	if v == "" {
		return ""
	}
	if len(v) != 6 && len(v) != 9 && len(v) != 12 || strings.Trim(v, "0123456789") != "" || v[0] == '0' {
		r.Refuse(field, ErrValue)
		return ""
	}
	return v + strings.Repeat("0", 12-len(v))
}

// who reads whose row it is: an identifier of the registry, or a document.
func (r *Reader) who() (residentID string, doc ident.Document) {
	if v := strings.ToUpper(rowfile.Narrow(r.text[FieldResident])); v != "" {
		if !ids.Valid(v) {
			r.Refuse(FieldResident, ErrValue)
		}
		return v, doc
	}
	field, kind, v := FieldDocument, ident.CitizenCard, r.text[FieldDocument]
	if v == "" || !r.Has(FieldDocType) && r.Has(FieldCitizen) {
		field, v = FieldCitizen, r.text[FieldCitizen]
	} else {
		kind = ident.DocType(r.Code(FieldDocType, Needed))
	}
	if r.fault != nil {
		return "", doc
	}
	v = rowfile.Narrow(v)
	switch {
	case v == "":
		r.Refuse(field, ErrPersonMissing)
		return "", doc
	case rowfile.Scientific(v):
		r.Refuse(field, rowfile.ErrNumberExcel)
		return "", doc
	}
	country := ""
	if kind == ident.Passport || kind == ident.OtherDocument {
		country = strings.ToUpper(rowfile.Narrow(r.text[FieldCountry]))
	}
	doc, err := ident.Parse(kind, v, country)
	if err != nil {
		why, ok := errors.AsType[*fault.Error](err)
		switch {
		case !ok:
			why = ident.ErrMalformed
		case rowfile.Zeroed(v):
			why = rowfile.ErrNumberExcel
		}
		r.Refuse(field, why)
	}
	return "", doc
}

// recorded is when the source says that it wrote the row, Unix milliseconds; 0
// when it does not.
func (r *Reader) recorded() int64 {
	v := r.text[FieldTime]
	if v == "" {
		return 0
	}
	d, err := r.day(v)
	if err != nil || d.Partial() {
		r.Refuse(FieldTime, rowfile.ErrDateImpossible)
		return 0
	}
	if d.Date > r.today.AddDays(1) { // clocks differ
		r.Refuse(FieldTime, ErrFuture)
	}
	at := d.Instant()
	r.text[FieldTime] = d.Date.Time().Add(d.Clock).Format("2006-01-02 15:04:05")
	return at
}
