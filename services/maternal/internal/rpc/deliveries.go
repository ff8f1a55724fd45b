package rpc

import (
	maternalv1 "xinju.dev/api/gen/xinju/maternal/v1"

	"xinju.dev/services/maternal/internal/core"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/recordrpc"
	"xinju.dev/services/platform/wire"
)

// mostChildren is how many children one delivery can have of a kind.
const mostChildren = 9

var deliveryKind = recordrpc.Kind[core.Delivery, *maternalv1.Delivery]{
	Name: "delivery", Plural: "deliveries",
	FromProto: deliveryFrom, ToProto: deliveryProto,
	Base: func(d *core.Delivery) *record.Base { return &d.Base },
}

func deliveryFrom(p *maternalv1.Delivery) (core.Delivery, error) {
	var c wire.Check
	d := core.Delivery{
		Base:        record.Base{ResidentID: c.ID("resident_id", p.GetResidentId(), wire.Required)},
		PregnancyID: c.ID("pregnancy_id", p.GetPregnancyId(), wire.Required),
		On:          c.Date("delivery_date", p.GetDeliveryDate(), wire.Required),
		LiveBirths:  c.Range("live_births", p.GetLiveBirths(), 0, mostChildren),
		Stillbirths: c.Range("stillbirths", p.GetStillbirths(), 0, mostChildren),
		InHospital:  p.GetInHospital(),
		UnitID:      c.ID("unit_id", p.GetUnitId(), !wire.Required),
	}
	if d.LiveBirths == 0 && d.Stillbirths == 0 {
		// Taken for a stillbirth, a forgotten number would report a death.
		c.Refuse("live_births", "活产数与死产数不能都为零 not zero together with stillbirths")
	}
	if len(p.GetChildIds()) > mostChildren {
		c.Refuse("child_ids", "过多 too many")
		return d, c.Err()
	}
	for _, id := range p.GetChildIds() {
		d.ChildIDs = append(d.ChildIDs, c.ID("child_ids", id, wire.Required))
	}
	return d, c.Err()
}

func deliveryProto(d core.Delivery) *maternalv1.Delivery {
	return &maternalv1.Delivery{
		DeliveryId: d.ID, ResidentId: d.ResidentID, PregnancyId: d.PregnancyID, DeliveryDate: wire.DateProto(d.On),
		LiveBirths: int32(d.LiveBirths), Stillbirths: int32(d.Stillbirths), InHospital: d.InHospital, ChildIds: d.ChildIDs, UnitId: d.UnitID,
		Etag: d.Etag(), Deleted: d.Deleted, CreateTime: wire.TimeProto(d.CreateTime), UpdateTime: wire.TimeProto(d.UpdateTime),
	}
}
