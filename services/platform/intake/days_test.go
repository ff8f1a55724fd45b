package intake

import (
	"testing"

	"xinju.dev/services/platform/civil"
)

func TestDaysAreReadInTheFormOfTheProfile(t *testing.T) {
	for _, c := range []struct{ format, text, want string }{
		{"dd/MM/yyyy", "01/03/2025", "2025-03-01"},
		{"ddMMyyyy", "０１０３２０２５", "2025-03-01"},
		{"yyyy年MM月dd日", "2025年03月01日", "2025-03-01"},
		{"dd/MM/yyyy", "2025-03-01", ""},
		{"dd/MM/yyyy", "1/3/2025", ""},
		{"dd/MM/yyyy", "30/02/2025", ""},
		{"dd/MM/yyyy", "01/03/2025 08:00", ""},
		{"dd/MM/yyyy", "01/03/1700", ""},
		{"dd/MM/yyyy", "+1/03/2025", ""},
		{"", "45717", "2025-03-01"},
		{"", "2025/3/1", "2025-03-01"},
	} {
		d, err := Layout{DateSystem: "1900", Profile: &Profile{DateFormat: c.format}}.DayReader()(c.text)
		got := ""
		if err == nil && d.Date != civil.None {
			got = d.Date.String()
		}
		if got != c.want {
			t.Errorf("%q as %q: %q, %v", c.text, c.format, got, err)
		}
	}
	for format, want := range map[string]bool{"dd/MM/yyyy": true, "yyyyMMdd": true, "dd/MM/yy": false, "yyyyMM": false, "yyyyMMdddd": false, "yyyyMMdd0": false, "": false} {
		if dayForm(format) != want {
			t.Errorf("%q", format)
		}
	}
}

func TestTheNearestNameHasTheFewestChangedLetters(t *testing.T) {
	names := []string{"name", "citizen_number", "document.number", "sex"}
	for typed, want := range map[string]string{"namee": "name", "citizen_numbre": "citizen_number", "documentnumber": "document.number", "sx": "sex", "Name": "name"} {
		if got := nearest(typed, names); got != want {
			t.Errorf("%s: %s", typed, got)
		}
	}
}

func TestAPatternMeansASenderOrItsBeginning(t *testing.T) {
	for _, c := range []struct {
		pattern, sender string
		want            bool
	}{
		{"ga-990101", "ga-990101", true}, {"ga-990101", "ga-9901011", false}, {"ga-9901*", "ga-990101", true}, {"ga-9901*", "ga-98", false}, {"", "ga", false},
	} {
		if got := FitsSender(c.pattern, c.sender); got != c.want {
			t.Errorf("%q for %s: %v", c.pattern, c.sender, got)
		}
	}
}

// FuzzDayIn reads only what has the form, and reads it back.
func FuzzDayIn(f *testing.F) {
	f.Add("dd/MM/yyyy", "01/03/2025")
	f.Fuzz(func(t *testing.T, format, text string) {
		if !dayForm(format) {
			return
		}
		if d, err := dayIn(format, text); err == nil && (len(text) != len(format) || d.Date == civil.None) {
			t.Errorf("%q as %q", text, format)
		}
	})
}
