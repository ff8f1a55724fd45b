package aggregator_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"xinju.dev/services/aggregator"
	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/recordstore"
	"xinju.dev/services/testkit"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
	typev1 "xinju.dev/api/gen/xinju/type/v1"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
	"google.golang.org/grpc"
)

// kindList is the facts of one kind as a service's store lists them: in the order of
// residents, with keys of its own.
type kindList []recordstore.Listed

// ListOrdered implements recordstore.Ordered.
func (l kindList) ListOrdered(_ context.Context, after string, limit int) ([]recordstore.Listed, error) {
	from, found := slices.BinarySearchFunc(l, after, func(x recordstore.Listed, key string) int { return strings.Compare(x.Key, key) })
	if found {
		from++
	}
	return l[from:min(from+limit, len(l))], nil
}

// listsAsServices serves a source's facts as the services do: all kinds merged by resident.
func (s *source) listsAsServices() {
	s.t.Helper()
	lists := map[int32]kindList{}
	for _, f := range s.facts {
		lists[f.Kind] = append(lists[f.Kind], recordstore.Listed{Fact: f, Key: f.ResidentID + " " + f.ID})
	}
	kinds := map[string]recordstore.Ordered{}
	for kind, list := range lists {
		slices.SortFunc(list, func(a, b recordstore.Listed) int { return cmp.Compare(a.Key, b.Key) })
		kinds[fmt.Sprint(kind)] = list
	}
	s.conn = feedv1.NewChangeFeedServiceClient(testkit.Serve(s.t, func(r grpc.ServiceRegistrar) {
		feedv1.RegisterChangeFeedServiceServer(r, changefeed.NewServer(s.db, recordstore.Listers(kinds)))
	}))
}

// TestServicesAreListedInOnePass: the order in which the services list is the one in
// which everybody is derived while listed, at the first listing as at a rebuild, also
// when that takes many steps; nothing is late and nothing is listed twice.
func TestServicesAreListedInOnePass(t *testing.T) {
	const people, lectures = 3000, 6 // more facts than one step takes in
	sources := map[string]*source{aggregator.Registry: newSource(t), aggregator.Archive: newSource(t)}
	registry, archive := theTree(), []changefeed.Fact(nil)
	for n := range people {
		id := fmt.Sprintf("R%05d", n*7919%people) // as they were not listed
		registry = append(registry, adult(id, []string{village1, village2, village3}[n%3], "k", 20200101)...)
		for i := range lectures {
			archive = append(archive, education(fmt.Sprint("E", i, " ", id), id, 20200301+int32(i)))
		}
	}
	for name, facts := range map[string][]changefeed.Fact{aggregator.Registry: registry, aggregator.Archive: archive} {
		for part := range slices.Chunk(facts, 1000) {
			sources[name].write(part...)
		}
		sources[name].listsAsServices()
	}
	core, logs := observer.New(zap.InfoLevel)
	s := startWith(t, testkit.SQLite(t, aggregator.Migrations()...), sources, nil, func(d *aggregator.Deps) { d.Log = zap.New(core) })
	before := s.follow()
	if n := before.GetResidents(); n != people {
		t.Fatalf("%d residents, want %d", n, people)
	}
	op := s.rebuilt("")
	if op.GetState() != typev1.OperationState_OPERATION_STATE_SUCCEEDED || op.GetDone() < people*(lectures+2) {
		t.Fatalf("operation %v", op)
	}
	if after := s.following(); after.GetDigest() != before.GetDigest() {
		t.Errorf("digest %s, before %s", after.GetDigest(), before.GetDigest())
	}
	passes := 0
	for _, e := range logs.All() {
		switch late, counted := e.ContextMap()["facts_late"]; {
		case counted && late == int64(0):
			passes++
		case counted || e.Level > zapcore.InfoLevel || strings.Contains(e.Message, "listed anew"):
			t.Errorf("%s %v", e.Message, e.ContextMap())
		}
	}
	if passes != 3 { // of the stored facts, of which there were none, at the first start
		t.Errorf("%d times in one pass, want at the start, the first listing and the rebuild", passes)
	}
}
