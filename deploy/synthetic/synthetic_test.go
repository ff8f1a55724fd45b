package synthetic_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/simplifiedchinese"

	"xinju.dev/deploy/synthetic"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/ident"
)

func county(residents int) *synthetic.County {
	return synthetic.NewCounty(synthetic.Config{Seed: 7, Residents: residents, Today: civil.Of(2026, 6, 30)})
}

func TestTheSameSeedGivesTheSamePeople(t *testing.T) {
	a, b := slices.Collect(county(500).People()), slices.Collect(county(500).People())
	if diff := cmp.Diff(a, b); diff != "" {
		t.Error(diff)
	}
	longer := slices.Collect(county(900).People())
	if diff := cmp.Diff(a[:400], longer[:400]); diff != "" {
		t.Errorf("a larger county does not begin with the smaller one: %s", diff)
	}
}

func TestEveryNumberIsValidInventedAndUnique(t *testing.T) {
	seen := map[string]bool{}
	for p := range county(20_000).People() {
		n, err := ident.ParseCitizen(p.Number)
		if err != nil {
			t.Fatalf("person %d: %v", p.Index, err)
		}
		if p.Number[:2] != "99" || seen[p.Number] {
			t.Fatalf("person %d: the number is not of the invented province, or is taken", p.Index)
		}
		seen[p.Number] = true
		if _, birth, sex := ident.Citizen(n); birth != p.Birth || sex != p.Sex {
			t.Fatalf("person %d: birth or sex differ from the number", p.Index)
		}
	}
}

func TestHistoriesAreInOrderAndNotInTheFuture(t *testing.T) {
	c := county(20_000)
	for p := range c.People() {
		for i, s := range p.Stays {
			if s.Arrived > c.Today || s.Arrived < p.Birth || (s.Left != civil.None && s.Left < s.Arrived) {
				t.Fatalf("person %d stay %d: %v–%v, born %v", p.Index, i, s.Arrived, s.Left, p.Birth)
			}
			if i > 0 && (p.Stays[i-1].Left == civil.None || p.Stays[i-1].Left >= s.Arrived) {
				t.Fatalf("person %d: stay %d begins before the one before it ended", p.Index, i)
			}
		}
	}
}

func TestTheFeedIsGB18030AndSaysHowManyRowsItHas(t *testing.T) {
	var file bytes.Buffer
	counts, err := synthetic.WriteFeed(&file, county(2000), true)
	if err != nil {
		t.Fatal(err)
	}
	text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(file.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.Count(text, []byte("\r\n"))
	if got := lines - 1 + 1; got != counts.Rows { // without the header, with the torn row
		t.Errorf("%d rows written, %d said", got, counts.Rows)
	}
	if counts.Bad < 24 {
		t.Errorf("only %d bad rows", counts.Bad)
	}
	if !bytes.HasPrefix(text, []byte("事件编号,事件类型,")) {
		t.Error("the header is not in Chinese")
	}
}
