// Package wire moves civil dates and instants between protobuf and the rules,
// and collects what is wrong with the fields of a request. It decides nothing
// about any one kind of record.
package wire

import (
	"time"

	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/protobuf/types/known/timestamppb"

	"xinju.dev/services/platform/civil"
)

// Date reads a date; absent is civil.None. ok is false when it is not a day of
// the calendar (a date without a day or month is not one).
func Date(d *date.Date) (day civil.Date, ok bool) {
	if d == nil || (d.GetYear() == 0 && d.GetMonth() == 0 && d.GetDay() == 0) {
		return civil.None, true
	}
	day = civil.Of(int(d.GetYear()), int(d.GetMonth()), int(d.GetDay()))
	return day, day != civil.None
}

// DateProto writes a date; civil.None and civil.Forever are absent.
func DateProto(d civil.Date) *date.Date {
	if d == civil.None || d >= civil.Forever {
		return nil
	}
	y, m, day := d.YMD()
	return &date.Date{Year: int32(y), Month: int32(m), Day: int32(day)}
}

// Time reads an instant, UTC; absent is the zero time.
func Time(t *timestamppb.Timestamp) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.AsTime()
}

// TimeProto writes an instant; the zero time is absent.
func TimeProto(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}
