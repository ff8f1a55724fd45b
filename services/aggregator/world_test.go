package aggregator_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"gorm.io/gorm"
)

// source is a record service that has nothing but its change feed.
type source struct {
	t     testing.TB
	db    *sqlstore.DB
	conn  feedv1.ChangeFeedServiceClient
	mu    sync.Mutex
	facts map[string]changefeed.Fact
}

func newSource(t testing.TB) *source {
	t.Helper()
	s := &source{t: t, db: testkit.SQLite(t, changefeed.Migrations()), facts: map[string]changefeed.Fact{}}
	s.conn = feedv1.NewChangeFeedServiceClient(testkit.Serve(t, func(r grpc.ServiceRegistrar) {
		feedv1.RegisterChangeFeedServiceServer(r, changefeed.NewServer(s.db, s))
	}))
	return s
}

// ListFacts implements changefeed.Lister.
func (s *source) ListFacts(_ context.Context, after string, limit int) ([]changefeed.Fact, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var keys []string
	for key, f := range s.facts {
		if key > after && !f.Deleted {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	var out []changefeed.Fact
	for _, key := range keys[:min(limit, len(keys))] {
		out = append(out, s.facts[key])
	}
	if len(keys) > limit {
		return out, keys[limit-1], nil
	}
	return out, "", nil
}

// write commits facts; versions are counted up. A nil body deletes.
func (s *source) write(facts ...changefeed.Fact) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range facts {
		key := fmt.Sprintf("%d %s", facts[i].Kind, facts[i].ID)
		facts[i].Version = s.facts[key].Version + 1
		facts[i].Deleted = facts[i].Body == nil
		s.facts[key] = facts[i]
	}
	err := s.db.Write(s.t.Context(), func(tx *gorm.DB) error { return changefeed.Append(tx, facts...) })
	if err != nil {
		s.t.Fatalf("write facts: %v", err)
	}
}

func of(kind feedv1.FactKind, id, resident string, body proto.Message) changefeed.Fact {
	raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(body)
	if err != nil {
		panic(err)
	}
	if raw == nil {
		raw = []byte{}
	}
	return changefeed.Fact{Kind: int32(kind), ID: id, ResidentID: resident, Body: raw}
}

const (
	province   = "990000000000"
	prefecture = "990100000000"
	county     = "990101000000"
	town1      = "990101001000"
	town2      = "990101002000"
	village1   = "990101001201"
	village2   = "990101001202"
	village3   = "990101002201"
	clinic     = "01CLINIC"
)

func division(code, name, parent string, level int32) changefeed.Fact {
	return of(feedv1.FactKind_FACT_KIND_DIVISION, "division "+code, "", &feedv1.DivisionFact{Code: code, Name: name, Level: level, Parent: parent})
}

func theTree() []changefeed.Fact {
	return []changefeed.Fact{
		division(province, "九九省", "", 1), division(prefecture, "九九市", province, 2), division(county, "演示县", prefecture, 3),
		division(town1, "东镇", county, 4), division(town2, "西镇", county, 4),
		division(village1, "一村", town1, 5), division(village2, "二村", town1, 5), division(village3, "三村", town2, 5),
		of(feedv1.FactKind_FACT_KIND_UNIT, clinic, "", &feedv1.UnitFact{
			Name: "东镇卫生院", Kind: 2, Division: town1, Manages: []*feedv1.ManagedDivision{{Division: village1}, {Division: village2}},
		}),
	}
}

// adult arrives from another province and stays.
func adult(id, village, sortKey string, arrived int32) []changefeed.Fact {
	return []changefeed.Fact{
		of(feedv1.FactKind_FACT_KIND_PERSON, "person "+id, id, &feedv1.PersonFact{
			BirthYmd: 19900630, Sex: 2, Hukou: []*feedv1.HukouSpan{{Division: "340101"}},
		}),
		of(feedv1.FactKind_FACT_KIND_RESIDENCE, "stay "+id, id, &feedv1.ResidenceFact{Division: village, ArrivedYmd: arrived, RegisteredYmd: arrived, SortKey: sortKey}),
	}
}

func education(id, resident string, ymd int32) changefeed.Fact {
	return of(feedv1.FactKind_FACT_KIND_EDUCATION, id, resident, &feedv1.EducationFact{OnYmd: ymd, Form: 2})
}
