package changefeed

import (
	"google.golang.org/protobuf/proto"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/record"
)

// FactOf makes the after-image of a service record: body is the feedv1 message
// of the kind. A body that cannot be encoded leaves a fact that Append refuses,
// so that the write fails instead of telling readers less than happened.
func FactOf(b record.Base, kind feedv1.FactKind, body proto.Message) Fact {
	encoded, err := proto.MarshalOptions{Deterministic: true}.Marshal(body)
	if err != nil {
		return Fact{}
	}
	return Fact{
		Kind: int32(kind), ID: b.ID, ResidentID: b.ResidentID, Version: b.Version, Deleted: b.Deleted, Body: encoded,
		Recorded: RecordedOn(b),
	}
}

// RecordedOn is the day on which a record was first entered, None of one that
// does not say when.
func RecordedOn(b record.Base) civil.Date {
	if b.CreateTime.IsZero() {
		return civil.None
	}
	return civil.DateOf(b.CreateTime)
}
