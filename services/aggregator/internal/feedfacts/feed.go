package feedfacts

import (
	"xinju.dev/services/platform/fault"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
)

// ErrFact says that a source sent a fact that cannot be one. The feed stops
// there: skipping it would leave a hole that nobody sees.
var ErrFact = fault.New(fault.Precondition, "FEED_FACT_INVALID",
	"a source sent a fact without identifier, version, resident or body", "数据源发送了缺少标识、版本、人员或内容的事实")

// bodyField is the distance between a kind's number and the field of its body.
const bodyField = 10

// IsWorld says whether facts of the kind belong to no resident.
func IsWorld(k feedv1.FactKind) bool {
	return k == feedv1.FactKind_FACT_KIND_DIVISION || k == feedv1.FactKind_FACT_KIND_UNIT
}

// IsDivision says whether facts of the kind are nodes of the tree.
func IsDivision(kind int32) bool { return kind == int32(feedv1.FactKind_FACT_KIND_DIVISION) }

// FactOf returns what is kept of a fact. A kind that this build does not know
// is kept too, for the build that will. It fails with FEED_FACT_INVALID.
func FactOf(f *feedv1.Fact) (Fact, error) {
	e, err := entryOf(f)
	return Fact{ResidentID: f.GetResidentId(), Entry: e}, err
}

func entryOf(f *feedv1.Fact) (Entry, error) {
	e := Entry{Kind: f.GetKind(), ID: f.GetFactId(), Version: f.GetVersion(), Deleted: f.GetDeleted()}
	if e.Kind <= 0 || !names(e.ID) || e.Version <= 0 {
		return Entry{}, ErrFact
	}
	if world, resident := IsWorld(e.Kind), f.GetResidentId(); world && (resident != "" || !namesPlace(f)) || !world && !names(resident) {
		return Entry{}, ErrFact
	}
	if e.Deleted {
		return e, nil
	}
	body, ok, err := bodyOf(f)
	if err != nil || !ok {
		return Entry{}, ErrFact
	}
	e.Body, e.Recorded = body, max(f.GetRecordedYmd(), 0)
	return e, nil
}

var bodyOneof = (*feedv1.Fact)(nil).ProtoReflect().Descriptor().Oneofs().ByName("body")

func bodyOf(f *feedv1.Fact) ([]byte, bool, error) {
	m := f.ProtoReflect()
	want := protowire.Number(f.GetKind() + bodyField)
	if fd := m.WhichOneof(bodyOneof); fd != nil {
		if fd.Number() != want {
			return nil, false, nil
		}
		b, err := proto.MarshalOptions{Deterministic: true}.Marshal(m.Get(fd).Message().Interface())
		return b, true, err
	}
	return unknownBody(m.GetUnknown(), want)
}

// unknownBody finds the body of a kind that was added to the contract later.
func unknownBody(raw []byte, want protowire.Number) ([]byte, bool, error) {
	for len(raw) > 0 {
		num, typ, n := protowire.ConsumeTag(raw)
		if n < 0 {
			return nil, false, ErrFact
		}
		raw = raw[n:]
		if num == want && typ == protowire.BytesType {
			b, n := protowire.ConsumeBytes(raw)
			return b, n >= 0, nil
		}
		if n = protowire.ConsumeFieldValue(num, typ, raw); n < 0 {
			return nil, false, ErrFact
		}
		raw = raw[n:]
	}
	return nil, false, nil
}
