package rowfile

import (
	"errors"
	"io"
	"sync"

	"golang.org/x/text/encoding/traditionalchinese"

	"xinju.dev/services/platform/fault"
)

// converted reports text of four or more Chinese characters of which a third or
// more are traditional forms. A single one means nothing: names hold variants.
func converted(s string) bool {
	all, forms := 0, 0
	set := traditionalForms()
	for _, r := range s {
		if !han(r) || r >= 0x10000 {
			continue
		}
		all++
		if set[r>>6]&(1<<(r&63)) != 0 {
			forms++
		}
	}
	return all >= 4 && forms*3 >= all
}

// traditionalForms is a bit set of the characters that are frequent in
// traditional Chinese (level 1 of Big5) and that GB 2312 does not have: nearly
// all of them have a simplified form.
var traditionalForms = sync.OnceValue(func() *[1024]uint64 {
	set := &[1024]uint64{}
	dec := traditionalchinese.Big5.NewDecoder()
	for lead := byte(0xA4); lead <= 0xC6; lead++ {
		for trail := 0x40; trail <= 0xFE; trail++ {
			b, err := dec.Bytes([]byte{lead, byte(trail)})
			r := []rune(string(b))
			if err != nil || len(r) != 1 || !han(r[0]) {
				continue
			}
			code := appendAsGB18030(nil, string(r))
			if _, common, _ := scanGB(code); common == 0 {
				set[r[0]>>6] |= 1 << (r[0] & 63)
			}
		}
	}
	return set
})

// Tally counts how many rows of a file are damaged, and how. One damaged row is
// refused; where many are, the file is, since the others went the same way.
type Tally struct {
	rows, damaged, converted int64
}

// TallyResult is what a Tally found.
type TallyResult struct {
	Rows      int64 `json:"rows"`                // with more than ASCII
	Damaged   int64 `json:"damaged,omitempty"`   // lost or misread text
	Converted int64 `json:"converted,omitempty"` // traditional forms or pinyin in brackets
}

// Add takes the texts of one row together.
func (t *Tally) Add(d Damage, ascii bool) {
	if ascii {
		return
	}
	t.rows++
	if d&(Lost|Misread) != 0 {
		t.damaged++
	}
	if d&(Annotated|Converted) != 0 {
		t.converted++
	}
}

// Result is what was counted.
func (t *Tally) Result() TallyResult { return TallyResult{t.rows, t.damaged, t.converted} }

const fewRows = 5 // below, a ratio says nothing

// Fault is why the file should be kept apart: FEED_TEXT_DAMAGED where a third of
// its rows are damaged, FEED_TEXT_CONVERTED where two thirds went through a
// converter. It is nil otherwise.
func (r TallyResult) Fault() *fault.Error {
	switch {
	case r.Rows < fewRows:
		return nil
	case r.Damaged*3 >= r.Rows:
		return ErrFileDamaged
	case r.Converted*3 >= r.Rows*2:
		return ErrFileConverted
	}
	return nil
}

const sampledRows = 500

// sample looks at the text of the first rows.
func sample(src io.ReaderAt, size int64, l *Layout, o options) error {
	if o.unsampled {
		return nil
	}
	r, err := NewReader(src, size, *l, l.Start, func(to *options) { *to = o })
	if err != nil {
		return err
	}
	defer r.Close() //nolint:errcheck // only read
	d := NewDecoder(*l)
	var t Tally
	for range sampledRows {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		texts, _, why, _ := d.Row(&rec)
		switch why { //nolint:errorlint // the very same, and never wrapped
		case ErrEncoding:
			t.Add(Lost, false)
		case nil:
			t.Add(InspectRow(texts))
		}
	}
	result := t.Result()
	l.Sampled = &result
	return nil
}

// InspectRow looks at all texts of a row; ascii reports that there is nothing to
// be damaged in them.
func InspectRow(texts []string) (d Damage, ascii bool) {
	ascii = true
	for _, s := range texts {
		if asciiText(s) {
			continue
		}
		ascii = false
		d |= Inspect(s, false)
	}
	return d, ascii
}
