package wire_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/protobuf/types/known/timestamppb"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/wire"
)

func TestDates(t *testing.T) {
	for _, tc := range []struct {
		name string
		in   *date.Date
		want civil.Date
		ok   bool
	}{
		{"absent is none", nil, civil.None, true},
		{"all zero is none", &date.Date{}, civil.None, true},
		{"a leap day", &date.Date{Year: 2024, Month: 2, Day: 29}, civil.Must("2024-02-29"), true},
		{"a leap day of a common year is none at all", &date.Date{Year: 2025, Month: 2, Day: 29}, civil.None, false},
		{"a year alone is no day", &date.Date{Year: 2025}, civil.None, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, ok := wire.Date(tc.in)
			if got != tc.want || ok != tc.ok {
				t.Errorf("got %v %v", got, ok)
			}
			if back, _ := wire.Date(wire.DateProto(got)); back != got {
				t.Errorf("comes back as %v", back)
			}
		})
	}
	if wire.DateProto(civil.Forever) != nil {
		t.Error("no end must be absent")
	}
}

func TestInstants(t *testing.T) {
	if !wire.Time(nil).IsZero() || wire.TimeProto(time.Time{}) != nil {
		t.Error("the zero time must be absent")
	}
	at := time.Date(2026, 6, 30, 1, 2, 3, 0, time.UTC)
	if got := wire.Time(wire.TimeProto(at)); !got.Equal(at) {
		t.Errorf("comes back as %v", got)
	}
}

func TestCheckNamesEveryWrongFieldAndQuotesNone(t *testing.T) {
	c := wire.At("dose")
	c.Date("on", &date.Date{Year: 2025, Month: 2, Day: 30}, wire.Required)
	c.Date("ancient", &date.Date{Year: 1799, Month: 12, Day: 31}, !wire.Required)
	c.Date("missing", nil, wire.Required)
	c.Time("at", &timestamppb.Timestamp{Nanos: -1}, !wire.Required)
	c.ID("id", "secret-value", wire.Required)
	c.ID("no_id", "", wire.Required)
	c.Division("division", "35021", !wire.Required)
	c.Text("text", strings.Repeat("字", 11), 10, !wire.Required)
	c.Text("control", "a\x1b[2J", 10, !wire.Required)
	c.Enum("enum", 9, map[int32]string{0: "UNSPECIFIED", 1: "ONE"}, wire.Required)
	c.Enum("unset", 0, map[int32]string{0: "UNSPECIFIED", 1: "ONE"}, wire.Required)
	c.Range("range", 11, 0, 10)
	var f *fault.Error
	if !errors.As(c.Err(), &f) || !errors.Is(f, wire.ErrFields) {
		t.Fatalf("got %v", c.Err())
	}
	var paths []string
	for _, field := range f.Fields {
		paths = append(paths, field.Path)
		if strings.Contains(field.Reason, "secret") {
			t.Errorf("%s quotes its value", field.Path)
		}
	}
	want := []string{"dose.on", "dose.ancient", "dose.missing", "dose.at", "dose.id", "dose.no_id", "dose.division", "dose.text", "dose.control", "dose.enum", "dose.unset", "dose.range"}
	if diff := cmp.Diff(want, paths); diff != "" {
		t.Error(diff)
	}
}

func TestCheckLetsGoodFieldsPass(t *testing.T) {
	var c wire.Check
	c.Date("on", &date.Date{Year: 2026, Month: 6, Day: 30}, wire.Required)
	c.Date("off", nil, !wire.Required)
	c.ID("id", "01J00000000000000000000001", wire.Required)
	c.Division("division", "990101001201", wire.Required)
	if got := c.Text("text", "  阿依古丽·买买提 ", 10, wire.Required); got != "阿依古丽·买买提" {
		t.Errorf("trimmed to %q", got)
	}
	c.Enum("enum", 1, map[int32]string{0: "UNSPECIFIED", 1: "ONE"}, wire.Required)
	c.Range("range", 10, 0, 10)
	if err := c.Err(); err != nil {
		t.Error(err)
	}
}
