// Package facts makes the coded facts that the maternal service tells other
// services.
package facts

import (
	feedv1 "xinju.dev/api/gen/xinju/feed/v1"

	"xinju.dev/services/maternal/internal/core"
	"xinju.dev/services/maternal/internal/store"
	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/civil"
)

// All are the facts of the service's records.
var All = store.Facts{Pregnancy: pregnancy, Antenatal: antenatal, Delivery: delivery, Postnatal: postnatal, Check: check}

func ymd(d civil.Date) int32 { return int32(d.YYYYMMDD()) }

func pregnancy(p core.Pregnancy) changefeed.Fact {
	return changefeed.FactOf(p.Base, feedv1.FactKind_FACT_KIND_PREGNANCY, &feedv1.PregnancyFact{
		LmpYmd: ymd(p.LMP), RegisteredYmd: ymd(p.Registered), EndedYmd: ymd(p.Ended), Outcome: int32(p.Outcome), Risk: int32(p.Risk), UnitId: p.UnitID,
	})
}

func antenatal(v core.Antenatal) changefeed.Fact {
	return changefeed.FactOf(v.Base, feedv1.FactKind_FACT_KIND_ANTENATAL, &feedv1.AntenatalFact{
		PregnancyId: v.PregnancyID, OnYmd: ymd(v.On), Week: int32(v.Week), UnitId: v.UnitID,
	})
}

func delivery(d core.Delivery) changefeed.Fact {
	return changefeed.FactOf(d.Base, feedv1.FactKind_FACT_KIND_DELIVERY, &feedv1.DeliveryFact{
		PregnancyId: d.PregnancyID, OnYmd: ymd(d.On), LiveBirths: int32(d.LiveBirths), InHospital: d.InHospital, UnitId: d.UnitID,
	})
}

func postnatal(v core.Postnatal) changefeed.Fact {
	return changefeed.FactOf(v.Base, feedv1.FactKind_FACT_KIND_POSTNATAL, &feedv1.PostnatalFact{
		PregnancyId: v.PregnancyID, OnYmd: ymd(v.On), Kind: int32(v.Kind), UnitId: v.UnitID,
	})
}

func check(c core.ChildCheck) changefeed.Fact {
	return changefeed.FactOf(c.Base, feedv1.FactKind_FACT_KIND_CHILD_CHECK, &feedv1.ChildCheckFact{
		OnYmd: ymd(c.On), Kind: int32(c.Kind), UnitId: c.UnitID,
	})
}
