package county_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"

	"xinju.dev/deploy/bench/internal/county"
	"xinju.dev/deploy/synthetic"
	"xinju.dev/services/aggregator"
	"xinju.dev/services/platform/civil"
)

func invented() *synthetic.County {
	return synthetic.NewCounty(synthetic.Config{Seed: 7, Residents: 400, Today: civil.Of(2026, 6, 30)})
}

func TestFactsAreUniqueAndCarryTheBodyOfTheirKind(t *testing.T) {
	seen := map[string]bool{}
	kinds := map[feedv1.FactKind]int{}
	for _, source := range aggregator.SourceNames() {
		for f := range county.Facts(invented(), source) {
			key := f.GetKind().String() + f.GetFactId()
			if seen[key] || f.GetVersion() != 1 {
				t.Fatalf("%s is there twice or has version %d", key, f.GetVersion())
			}
			seen[key] = true
			m := f.ProtoReflect()
			body := m.WhichOneof(m.Descriptor().Oneofs().ByName("body"))
			if body == nil || int(body.Number()) != int(f.GetKind())+10 {
				t.Fatalf("%s: body %v", key, body)
			}
			kinds[f.GetKind()]++
		}
	}
	if len(kinds) < 15 {
		t.Errorf("only %d kinds of facts: %v", len(kinds), kinds)
	}
}

func TestAListingGoesOnFromAnyToken(t *testing.T) {
	want := slices.Collect(county.Facts(invented(), aggregator.Archive))
	feed := county.Feeds(invented())[aggregator.Archive]
	defer feed.Close()
	var got []*feedv1.Fact
	var last string
	for token := ""; ; {
		page, err := feed.ListFacts(t.Context(), &feedv1.ListFactsRequest{PageSize: 70, PageToken: token})
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, page.GetFacts()...)
		if last, token = token, page.GetNextPageToken(); token == "" {
			break
		}
		if len(got) == 140 { // ask for the same page again, as after a failure
			if _, err := feed.ListFacts(t.Context(), &feedv1.ListFactsRequest{PageSize: 70, PageToken: last}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
		t.Error(diff)
	}
	if _, err := feed.ListFacts(t.Context(), &feedv1.ListFactsRequest{PageSize: 1, PageToken: "x"}); err == nil {
		t.Error("a token that is no number was accepted")
	}
}

func TestListedIsToldWhenTheFollowerWatches(t *testing.T) {
	feed := county.Feeds(invented())[aggregator.Maternal]
	select {
	case <-feed.Listed():
		t.Fatal("before anybody followed")
	default:
	}
	if _, err := feed.WatchChanges(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	<-feed.Listed()
}

func TestTablesHaveTheRowsTheySay(t *testing.T) {
	dir := t.TempDir()
	rows, err := county.WriteTables(invented(), dir)
	if err != nil {
		t.Fatal(err)
	}
	lines := 0
	for _, table := range county.Tables {
		text, err := os.ReadFile(filepath.Join(dir, table.Name+".tsv"))
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if got := strings.Count(line, "\t") + 1; got != len(table.Columns) {
				t.Fatalf("%s: %d cells, want %d", table.Name, got, len(table.Columns))
			}
			lines++
		}
	}
	if lines != rows || rows == 0 {
		t.Errorf("%d lines, %d said", lines, rows)
	}
}
