package policy

import (
	"maps"
	"slices"
	"strings"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
)

// The kinds of services that are recorded.

// served is one service as all kinds have it.
type served struct {
	on       civil.Date
	code     int32
	free     bool
	id       string
	unit     string
	recorded civil.Date
	value    int64
	product  string
	made     *facts.Record // of a record
}

var eventKinds = func() map[string]Text {
	out := map[string]Text{}
	for _, key := range []string{"education", "child_check", "antenatal", "postnatal", "delivery", "planning", "certificate", "dose", "record"} {
		w, _ := facts.KindNamed(key)
		out[key] = Text{w.Chinese, w.English}
	}
	return out
}()

var allKinds = slices.Sorted(maps.Keys(eventKinds))

var wrongKind = Text{
	"kind 不是已记录的服务种类，只能是 " + strings.Join(allKinds, "、") + "；没有专门记录的服务写作 records: {code: …}",
	"kind is not a service that is recorded: it is one of " + strings.Join(allKinds, ", ") + "; a service without a body of its own is records: {code: …}",
}

// kindText names a kind, or the codes of it that are asked.
func kindText(kind string, codes []int32) Text {
	names := map[string]map[int32]Text{"child_check": checkTexts, "planning": planningTexts}[kind]
	if names == nil || len(codes) == 0 {
		return eventKinds[kind]
	}
	return Text{inList(codes, nil, names, true), inList(codes, nil, names, false)}
}

// eachServed visits the services of one kind.
func eachServed(r *facts.Resident, kind string, visit func(served)) {
	switch kind {
	case "education":
		for i := range r.Educations {
			x := &r.Educations[i]
			visit(served{on: x.On, code: x.Form, id: x.ID, unit: x.UnitID, recorded: x.Recorded})
		}
	case "child_check":
		for i := range r.ChildChecks {
			x := &r.ChildChecks[i]
			visit(served{on: x.On, code: x.Kind, id: x.ID, unit: x.UnitID, recorded: x.Recorded})
		}
	case "antenatal":
		for i := range r.Antenatals {
			x := &r.Antenatals[i]
			visit(served{on: x.On, id: x.ID, unit: x.UnitID, recorded: x.Recorded})
		}
	case "postnatal":
		for i := range r.Postnatals {
			x := &r.Postnatals[i]
			visit(served{on: x.On, code: x.Kind, id: x.ID, unit: x.UnitID, recorded: x.Recorded})
		}
	case "delivery":
		for i := range r.Deliveries {
			x := &r.Deliveries[i]
			visit(served{on: x.On, id: x.ID, unit: x.UnitID, recorded: x.Recorded, value: int64(x.LiveBirths)})
		}
	case "planning":
		for i := range r.Services {
			x := &r.Services[i]
			visit(served{on: x.On, code: x.Kind, free: x.Free, id: x.ID, unit: x.UnitID, recorded: x.Recorded})
		}
	case "certificate":
		for i := range r.Certificates {
			x := &r.Certificates[i]
			visit(served{on: x.Issued, id: x.ID, unit: x.UnitID, recorded: x.Recorded})
		}
	case "dose":
		for i := range r.Doses {
			x := &r.Doses[i]
			visit(served{on: x.On, id: x.ID, unit: x.UnitID, recorded: x.Recorded, product: x.Product})
		}
	case "record":
		for i := range r.Records {
			x := &r.Records[i]
			visit(served{on: x.On, id: x.ID, unit: x.UnitID, recorded: x.Recorded, value: x.Value, made: x})
		}
	}
}
