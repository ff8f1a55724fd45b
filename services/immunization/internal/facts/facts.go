// Package facts makes the coded facts that the immunization service tells other
// services.
package facts

import (
	feedv1 "xinju.dev/api/gen/xinju/feed/v1"

	"xinju.dev/services/immunization/internal/core"
	"xinju.dev/services/immunization/internal/store"
	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/civil"
)

// All are the facts of the service's records.
var All = store.Facts{Dose: dose, Certificate: certificate}

func ymd(d civil.Date) int32 { return int32(d.YYYYMMDD()) }

// dose names no unit for a dose given elsewhere: whoever copied it did not give it.
func dose(d core.Dose) changefeed.Fact {
	body := &feedv1.DoseFact{OnYmd: ymd(d.On), Product: d.Product, UnitId: d.UnitID}
	if d.Elsewhere {
		body.UnitId = ""
	}
	return changefeed.FactOf(d.Base, feedv1.FactKind_FACT_KIND_DOSE, body)
}

func certificate(c core.Certificate) changefeed.Fact {
	return changefeed.FactOf(c.Base, feedv1.FactKind_FACT_KIND_CERTIFICATE, &feedv1.CertificateFact{IssuedYmd: ymd(c.Issued), UnitId: c.UnitID})
}
