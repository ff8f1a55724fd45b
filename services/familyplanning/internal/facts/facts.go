// Package facts makes the coded facts that the family-planning service tells
// other services.
package facts

import (
	feedv1 "xinju.dev/api/gen/xinju/feed/v1"

	"xinju.dev/services/familyplanning/internal/core"
	"xinju.dev/services/familyplanning/internal/store"
	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/civil"
)

// All are the facts of the service's records.
var All = store.Facts{Method: method, Service: service}

func ymd(d civil.Date) int32 { return int32(d.YYYYMMDD()) }

func method(m core.Method) changefeed.Fact {
	return changefeed.FactOf(m.Base, feedv1.FactKind_FACT_KIND_METHOD, &feedv1.MethodFact{
		Method: int32(m.Kind), LongActing: m.Kind.LongActing(), FromYmd: ymd(m.From), UntilYmd: ymd(m.Until),
		AdoptedDivision: m.AdoptedDivision, UnitId: m.UnitID,
	})
}

func service(s core.Service) changefeed.Fact {
	return changefeed.FactOf(s.Base, feedv1.FactKind_FACT_KIND_PLANNING_SERVICE, &feedv1.PlanningServiceFact{
		OnYmd: ymd(s.On), Kind: int32(s.Kind), Free: s.Free, Division: s.Division, UnitId: s.UnitID,
	})
}
