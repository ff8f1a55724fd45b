package suite_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// TestRecordServicesFollowMergedResidents: each of the four asks the suite's own
// registry which residents are one person, and says how far behind it is.
func TestRecordServicesFollowMergedResidents(t *testing.T) {
	c := config(t.TempDir())
	c.Debug = "127.0.0.1:0"
	s, _ := run(t, c)
	resp, err := http.Get(s.Address().Debug + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close() //nolint:errcheck // only read
	figures, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"archive", "immunization", "maternal", "familyplanning"} {
		if want := fmt.Sprintf("xinju_residentlink_feed_lag{service=%q}", name); !strings.Contains(string(figures), want) {
			t.Errorf("no figure of %s", name)
		}
	}
}
