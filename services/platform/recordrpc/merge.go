package recordrpc

import (
	"encoding/binary"
	"errors"
	"slices"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/record"
)

// ErrMask refuses a path that names no field that may be changed.
var ErrMask = fault.New(fault.Invalid, "UPDATE_MASK_INVALID", "update_mask names a field that does not exist or cannot be changed", "update_mask 含有不存在或不可修改的字段")

// Merge returns current with the fields that mask names taken from change; an
// empty mask names every field that may be changed. Fields that only the server
// sets and the person a record is about never change.
func Merge[P proto.Message](current, change P, mask *fieldmaskpb.FieldMask) (P, error) {
	out := proto.CloneOf(current)
	to, from := out.ProtoReflect(), change.ProtoReflect()
	paths := mask.GetPaths()
	if len(paths) == 0 {
		paths = changeable(to.Descriptor())
	}
	for _, path := range paths {
		f := to.Descriptor().Fields().ByName(protoreflect.Name(path))
		if f == nil || fixed(f) {
			return out, ErrMask.On("update_mask", "不存在或不可修改 unknown or fixed")
		}
		if from.Has(f) {
			to.Set(f, from.Get(f))
		} else {
			to.Clear(f)
		}
	}
	return out, nil
}

func changeable(d protoreflect.MessageDescriptor) []string {
	var out []string
	for i := range d.Fields().Len() {
		if f := d.Fields().Get(i); !fixed(f) {
			out = append(out, string(f.Name()))
		}
	}
	return out
}

func fixed(f protoreflect.FieldDescriptor) bool {
	if f.Name() == "etag" || f.Name() == "resident_id" {
		return true
	}
	behaviors, _ := proto.GetExtension(f.Options(), annotations.E_FieldBehavior).([]annotations.FieldBehavior)
	return slices.Contains(behaviors, annotations.FieldBehavior_OUTPUT_ONLY)
}

// request names an attempt by the items it carries.
func request[P proto.Message](id string, items []P) (record.Request, error) {
	if id == "" {
		return record.Request{}, nil
	}
	var payload []byte
	for _, item := range items {
		payload = binary.AppendUvarint(payload, uint64(proto.Size(item)))
		var err error
		if payload, err = (proto.MarshalOptions{Deterministic: true}).MarshalAppend(payload, item); err != nil {
			return record.Request{}, errNoRecord.Because(err)
		}
	}
	return record.NewRequest(id, payload), nil
}

// text reads a string field by name.
func text(m proto.Message, field string) string {
	f := m.ProtoReflect().Descriptor().Fields().ByName(protoreflect.Name(field))
	if f == nil {
		return ""
	}
	return m.ProtoReflect().Get(f).String()
}

// under puts the place of a record before the paths of its wrong fields.
func under(err error, place string) error {
	var f *fault.Error
	if !errors.As(err, &f) {
		return err
	}
	moved := *f
	moved.Fields = slices.Clone(f.Fields)
	for i := range moved.Fields {
		moved.Fields[i].Path = place + "." + moved.Fields[i].Path
	}
	if len(moved.Fields) == 0 {
		return f.On(place, f.Chinese+" "+f.Text)
	}
	return &moved
}
