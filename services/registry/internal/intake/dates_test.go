package intake

import (
	"strings"
	"testing"
	"time"
)

func TestDatesAreReadAsPeopleWriteThem(t *testing.T) {
	for text, want := range map[string]string{
		"20250301": "2025-03-01", "2025-03-01": "2025-03-01", "2025/3/1": "2025-03-01", "2025.03.01": "2025-03-01",
		"2025年3月1日": "2025-03-01", "2025年03月01日": "2025-03-01", "２０２５年３月１日": "2025-03-01", " 2025-03-01 ": "2025-03-01",
		"2025-03-01 08:30:00": "2025-03-01", "2025-03-01T08:30:00.000": "2025-03-01", "20250301083000": "2025-03-01", "2024/2/29 0:00": "2024-02-29",
		"202503010830": "2025-03-01",
		// no such day, or no date
		"20250229": "", "2025-02-30": "", "2025-13-01": "", "20250001": "", "2025/4/31": "", "0000-00-00": "", "00010101": "", "99991231": "",
		"45718": "", "2025": "", "202503": "", "2025-3": "", "03/01/2025": "", "1-3-2025": "", "abc": "", "2025-03-01x": "", "2025-03-01 25:00": "",
		"2025年3月": "", "20250301 8": "", "２０２５": "",
	} {
		d, err := parseDate(text)
		if d.String() != want || (err == nil) != (want != "") {
			t.Errorf("%q is read as %q, %v", text, d, err)
		}
	}
}

func TestInstantsAreInShanghai(t *testing.T) {
	for text, want := range map[string]string{
		"2025-03-01 08:30:05": "2025-03-01T00:30:05Z", "20250301": "2025-02-28T16:00:00Z", "20250301083005": "2025-03-01T00:30:05Z",
		"2025/3/1 8:05": "2025-03-01T00:05:00Z",
	} {
		ms, err := parseInstant(text)
		if got := time.UnixMilli(ms).UTC().Format(time.RFC3339); err != nil || got != want {
			t.Errorf("%q is read as %s, %v", text, got, err)
		}
	}
}

func FuzzDate(f *testing.F) {
	for _, s := range []string{"20250301", "2025年3月1日", "2025/2/29", "2025-03-01 08:30:05.1", "２０２５０３０１"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := parseDate(s)
		if err != nil {
			return
		}
		again, err := parseDate(d.String())
		if err != nil || again != d {
			t.Errorf("%q gives %s, which gives %s, %v", s, d, again, err)
		}
		if !strings.ContainsAny(narrow(s), "0123456789") {
			t.Errorf("%q holds no digit", s)
		}
		if _, err := parseInstant(s); err != nil {
			t.Errorf("%q is a day but no instant", s)
		}
	})
}
