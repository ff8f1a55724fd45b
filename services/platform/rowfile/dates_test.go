package rowfile

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"xinju.dev/services/platform/civil"
)

func TestDaysAreReadAsPeopleWriteThem(t *testing.T) {
	for text, want := range map[string]string{
		"20250301": "2025-03-01", "2025-03-01": "2025-03-01", "2025/3/1": "2025-03-01", "2025.03.01": "2025-03-01", "2025.3.1": "2025-03-01",
		"2025年3月1日": "2025-03-01", "2025年03月01日": "2025-03-01", "２０２５年３月１日": "2025-03-01", " 2025-03-01 ": "2025-03-01", "2025年3月1号": "2025-03-01",
		"2025-03-01 08:30:00": "2025-03-01", "2025-03-01T08:30:00.000": "2025-03-01", "20250301083000": "2025-03-01", "2024/2/29 0:00": "2024-02-29",
		"202503010830": "2025-03-01", "'20250301": "2025-03-01", `="20250301"`: "2025-03-01",
		"45717": "2025-03-01", "45717.5": "2025-03-01", "33054": "1990-06-30",
		// no such day, or no date
		"20250229": "", "2025-02-30": "", "2025-13-01": "", "20250001": "", "2025/4/31": "", "0000-00-00": "", "00010101": "", "99991231": "",
		"03/01/2025": "", "1-3-2025": "", "abc": "", "2025-03-01x": "", "2025-03-01 25:00": "", "20250301 8": "", "": "", "4571": "", "457170": "", "09999": "",
		"2.0250301E+07": "", "45717x": "", "99999": "2173-10-13", "-45717": "",
	} {
		d, err := ParseDay(text, Excel1900)
		if d.Date.String() != want || (err == nil) != (want != "") {
			t.Errorf("%q is read as %+v, %v", text, d, err)
		}
	}
	if _, err := ParseDay("2.0250301E+07", Excel1900); !errors.Is(err, ErrNumberExcel) {
		t.Error("a number that a spreadsheet rewrote:", err)
	}
}

func TestPartOfADayStaysAPart(t *testing.T) {
	for text, want := range map[string]string{
		"1990": "1990-0", "1990年": "1990-0", "199005": "1990-5", "1990-05": "1990-5", "1990/5": "1990-5", "1990年5月": "1990-5", "1990年05月": "1990-5", "１９９０年": "1990-0",
		"19900500": "1990-5", "19900000": "1990-0", "1990-05-00": "1990-5", "1990-00-00": "1990-0", "2025": "2025-0",
		"199013": "", "19901300": "", "1990-13": "", "1990年0月": "", "1750": "", "2300": "", "19900501x": "", "1990-05 08:00": "",
	} {
		d, err := ParseDay(text, Excel1900)
		got := ""
		if err == nil {
			got = fmt.Sprintf("%d-%d", d.Year, d.Month)
		}
		if got != want || err == nil && !d.Partial() || d.Instant() != 0 {
			t.Errorf("%q is read as %+v, %v", text, d, err)
		}
	}
}

func TestSerialsCountAsSpreadsheetsDo(t *testing.T) {
	for _, c := range []struct {
		v      float64
		system DateSystem
		want   string
	}{
		{1, Excel1900, "1900-01-01"},
		{59, Excel1900, "1900-02-28"},
		{60, Excel1900, ""},
		{61, Excel1900, "1900-03-01"},
		{0, Excel1900, ""},
		{45717, Excel1900, "2025-03-01"},
		{44255, Excel1904, "2025-03-01"},
		{0, Excel1904, "1904-01-01"},
		{60, Excel1904, "1904-03-01"},
		{-1, Excel1900, ""},
		{1e9, Excel1900, ""},
		{200000, Excel1900, ""},
	} {
		d, err := DayOfSerial(c.v, c.system)
		if d.Date.String() != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%v of %s is %s, %v", c.v, c.system, d.Date, err)
		}
	}
	if d, err := ParseDay("44255", Excel1904); err != nil || d.Date != civil.Must("2025-03-01") {
		t.Errorf("%+v, %v", d, err)
	}
	if _, err := ParseDay("45717", NoSerials); !errors.Is(err, ErrDateImpossible) {
		t.Error("a serial where none is expected:", err)
	}
}

func TestInstantsAreInShanghai(t *testing.T) {
	for text, want := range map[string]string{
		"2025-03-01 08:30:05": "2025-03-01T00:30:05Z", "20250301": "2025-02-28T16:00:00Z", "20250301083005": "2025-03-01T00:30:05Z",
		"2025/3/1 8:05": "2025-03-01T00:05:00Z", "45717.354224537": "2025-03-01T00:30:05Z",
	} {
		d, err := ParseDay(text, Excel1900)
		if got := time.UnixMilli(d.Instant()).UTC().Format(time.RFC3339); err != nil || got != want {
			t.Errorf("%q is read as %s, %v", text, got, err)
		}
	}
}

func FuzzDay(f *testing.F) {
	for _, s := range []string{"20250301", "2025年3月1日", "2025/2/29", "2025-03-01 08:30:05.1", "２０２５０３０１", "1990", "199005", "19900500", "45717.5", "1990年5月", `="20250301"`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ParseDay(s, Excel1900)
		if err != nil {
			return
		}
		if d.Year < firstYear || d.Year > lastYear || d.Month < 0 || d.Month > 12 {
			t.Errorf("%q gives %+v", s, d)
		}
		if !d.Partial() {
			again, err := ParseDay(d.Date.String(), NoSerials)
			if err != nil || again.Date != d.Date {
				t.Errorf("%q gives %s, which gives %s, %v", s, d.Date, again.Date, err)
			}
		}
		if !strings.ContainsAny(Narrow(s), "0123456789") {
			t.Errorf("%q holds no digit", s)
		}
	})
}
