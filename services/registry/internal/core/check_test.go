package core

import (
	"strings"
	"testing"

	"xinju.dev/services/platform/civil"
)

// nowhere is a country with the province 99 and the villages above.
type nowhere struct{}

func (nowhere) Province(digits2 string, _ civil.Date) bool { return digits2 == "99" || digits2 == "36" }

func (nowhere) Village(code string, _ civil.Date) bool { return code == villageA || code == villageB }

func TestWhatIsRefusedInItself(t *testing.T) {
	today := civil.Must("2026-06-30")
	for _, tc := range []struct {
		name   string
		event  Event
		column string
		reason string
	}{
		{"an arrival is fine", ev("1", Arrive, "2025-03-01"), "", ""},
		{"an unknown kind", ev("1", EventType(16), "2025-03-01"), "type", "EVENT_TYPE_UNKNOWN"},
		{"a day to come", ev("1", Arrive, "2026-07-01"), "effective_date", "DATE_IN_FUTURE"},
		{"an arrival to come", ev("1", Arrive, "2026-06-01", arrived("2026-07-01")), "arrived_date", "DATE_IN_FUTURE"},
		{"a departure before its own arrival", ev("1", Leave, "2025-03-01", arrived("2025-03-02")), "effective_date", "LEFT_BEFORE_ARRIVAL"},
		{"a departure on the day of its own arrival is fine", ev("1", Leave, "2025-03-01", arrived("2025-03-01")), "", ""},
		{"a birth after the event", ev("1", Arrive, "2025-03-01", func(e *Event) { e.Birth = civil.Must("2025-03-02") }), "birth_date", "BORN_AFTER_EVENT"},
		{"a number born after the event", ev("1", Arrive, "1988-11-11"), "document", "BORN_AFTER_EVENT"},
		{"no division", ev("1", Arrive, "2025-03-01", to("")), "division", "DIVISION_REQUIRED"},
		{"a division that does not exist", ev("1", Arrive, "2025-03-01", to("990101001009")), "division", "DIVISION_UNKNOWN"},
		{"a county as residence", ev("1", Arrive, "2025-03-01", to("990101000000")), "division", "DIVISION_UNKNOWN"},
		{"a county as issuer of a permit is fine", ev("1", PermitIssue, "2025-03-01", to("990101")), "", ""},
		{"a hukou in no province", ev("1", Arrive, "2025-03-01", hukou("380101")), "hukou_division", "HUKOU_DIVISION_UNKNOWN"},
		{"a number of no province", ev("1", Arrive, "2025-03-01", carries(mustDocument("11010519491231002X"))), "document", "DIVISION_UNKNOWN_ISSUE"},
		{"nobody", ev("1", Leave, "2025-03-01", carries(Document{})), "document", "EVENT_WITHOUT_PERSON"},
		{"a void of nothing", ev("1", Void, "2025-03-01"), "replaces_event_id", "REPLACES_REQUIRED"},
		{"a name of 51 characters", ev("1", Arrive, "2025-03-01", named(strings.Repeat("王", 51))), "name", "TEXT_TOO_LONG"},
		{"a telephone with letters", ev("1", Arrive, "2025-03-01", func(e *Event) { e.Phone = "call me" }), "phone", "PHONE_INVALID"},
		{"an ethnic group that is in no list", ev("1", Arrive, "2025-03-01", func(e *Event) { e.Ethnic = "57" }), "ethnic_code", "CODE_UNKNOWN"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, ok := Check(tc.event.Normal(), today, nowhere{})
			if got.Reason() != tc.reason || got.Column != tc.column || ok != (tc.reason == "") {
				t.Errorf("%s in %s, want %s in %s", got.Reason(), got.Column, tc.reason, tc.column)
			}
		})
	}
}

func TestNormalEvents(t *testing.T) {
	a := Event{Name: " 阿依古丽•买买提 ", Phone: "139-0000 0000"}.Normal()
	b := Event{Name: "阿依古丽·买买提", Phone: "13900000000"}.Normal()
	if a != b || !strings.HasPrefix(a.ID, DigestPrefix) || len(a.ID) > maxID {
		t.Errorf("two ways of writing one thing differ")
	}
	if c := (Event{Name: "阿依古丽·买买提", Phone: "13900000001"}).Normal(); c.ID == a.ID {
		t.Error("two things have one identifier")
	}
}
