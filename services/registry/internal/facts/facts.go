// Package facts encodes what the registry knows as the coded facts of its
// change feed: dates, codes and divisions. No name, number, telephone or
// address may pass through it.
package facts

import (
	"errors"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/registry/internal/core"
)

// Person encodes a person with the reasons of the flags of the record, as they stand
// from day on: what is new begins on it, what is gone ended on it, so that the days
// before stay as they were. What held before is taken over from before, the body of
// the person as it was; nil when there was none. The store knows since when the record
// is there, and says it.
func Person(p core.Person, flags []string, before []byte, day civil.Date) changefeed.Fact {
	body := &feedv1.PersonFact{
		BirthYmd: ymd(p.Birth), Sex: int32(p.Sex), DeathYmd: ymd(p.Death), Marital: int32(p.Marital), MotherId: p.MotherID,
	}
	body.Flags = slices.Compact(slices.Sorted(slices.Values(flags)))
	for _, h := range p.Hukou {
		body.Hukou = append(body.Hukou, &feedv1.HukouSpan{FromYmd: ymd(h.From), Division: h.Division, Kind: int32(h.Kind)})
	}
	body.FlagSpans = spansSince(before, body.Flags, day)
	return fact(feedv1.FactKind_FACT_KIND_PERSON, body)
}

// spansSince is the days of the flags of a person whose body was before. A flag that
// was set before there were days has none, and goes without a trace.
func spansSince(before []byte, flags []string, day civil.Date) []*feedv1.FlagSpan {
	was := &feedv1.PersonFact{}
	if proto.Unmarshal(before, was) != nil { // what cannot be read had no days
		was = &feedv1.PersonFact{}
	}
	list := was.GetFlagSpans()
	for _, s := range slices.Clone(list) {
		if !slices.Contains(flags, s.GetFlag()) {
			list = spans(list, s.GetFlag(), false, day)
		}
	}
	for _, flag := range flags {
		if !slices.Contains(was.GetFlags(), flag) {
			list = spans(list, flag, true, day)
		}
	}
	return list
}

// Flagged is a person that was encoded before, with one flag set or cleared on a
// day, and since which day until which it held. One that was set before there were
// days is cleared without a trace.
func Flagged(person []byte, flag string, on bool, day civil.Date) (changefeed.Fact, error) {
	body := &feedv1.PersonFact{}
	if err := proto.Unmarshal(person, body); err != nil {
		return changefeed.Fact{}, errBody
	}
	body.Flags = slices.DeleteFunc(body.Flags, func(f string) bool { return f == flag })
	if on {
		body.Flags = append(body.Flags, flag)
		slices.Sort(body.Flags)
	}
	body.FlagSpans = spans(body.FlagSpans, flag, on, day)
	return fact(feedv1.FactKind_FACT_KIND_PERSON, body), nil
}

// spans begins or ends the days of a flag. What began and ended on one day held on
// none, and what begins on the day on which it ended goes on. A clock that went
// back ends nothing before it began.
func spans(list []*feedv1.FlagSpan, flag string, on bool, day civil.Date) []*feedv1.FlagSpan {
	last := -1
	for i, s := range list {
		if s.GetFlag() == flag {
			last = i
		}
	}
	open := last >= 0 && list[last].GetUntilYmd() == 0
	switch {
	case on == open:
	case on && last >= 0 && list[last].GetUntilYmd() >= ymd(day):
		list[last].UntilYmd = 0
	case on:
		list = append(list, &feedv1.FlagSpan{Flag: flag, FromYmd: ymd(day)})
		slices.SortStableFunc(list, func(a, b *feedv1.FlagSpan) int { return strings.Compare(a.GetFlag(), b.GetFlag()) })
	case list[last].GetFromYmd() >= ymd(day):
		list = slices.Delete(list, last, last+1)
	default:
		list[last].UntilYmd = ymd(day)
	}
	return list
}

// errBody hides what the decoder says: it may quote the body.
var errBody = errors.New("registry: the stored body of a person cannot be read")

// Stay encodes one stay; sortKey stands for its address.
func Stay(s core.Stay, sortKey string) changefeed.Fact {
	f := fact(feedv1.FactKind_FACT_KIND_RESIDENCE, &feedv1.ResidenceFact{
		Division: s.Division, ArrivedYmd: ymd(s.Arrived), RegisteredYmd: ymd(s.Registered), FirstSeenYmd: ymd(s.FirstSeen),
		LeftYmd: ymd(s.Left), SortKey: sortKey, Reason: int32(s.Reason),
	})
	f.Recorded = s.Recorded
	return f
}

// Permit encodes one residence permit.
func Permit(p core.Permit) changefeed.Fact {
	body := &feedv1.PermitFact{
		Division: p.Division, IssuedYmd: ymd(p.Issued), ValidToYmd: ymd(p.ValidUntil), LapsedYmd: ymd(p.Lapsed), CancelledYmd: ymd(p.Cancelled),
		LostYmd: ymd(p.Lost),
	}
	for _, d := range p.Reissued {
		body.ReissuedYmd = append(body.ReissuedYmd, ymd(d))
	}
	for _, d := range p.Endorsed {
		body.EndorsedYmd = append(body.EndorsedYmd, ymd(d))
	}
	for _, q := range p.Points {
		body.Points = append(body.Points, &feedv1.PointsEntry{FromYmd: ymd(q.From), Points: int32(q.Points)})
	}
	f := fact(feedv1.FactKind_FACT_KIND_PERMIT, body)
	f.Recorded = p.Recorded
	return f
}

// Link encodes that a resident is the same person as another one.
func Link(into string) changefeed.Fact {
	return fact(feedv1.FactKind_FACT_KIND_LINK, &feedv1.LinkFact{IntoId: into})
}

// Relation encodes one relation, with everything that the feed says of it.
func Relation(r core.Relation) changefeed.Fact {
	f := fact(feedv1.FactKind_FACT_KIND_RELATION, &feedv1.RelationFact{
		Kind: int32(r.Kind), OtherId: r.OtherID, FromYmd: ymd(r.From), UntilYmd: ymd(r.Until),
	})
	f.ID, f.ResidentID, f.Version, f.Deleted = r.ID, r.ResidentID, r.Version, r.Deleted
	f.Recorded = changefeed.RecordedOn(r.Base)
	return f
}

// Division encodes one node of the tree for one run of days.
func Division(d core.Division) changefeed.Fact {
	f := fact(feedv1.FactKind_FACT_KIND_DIVISION, &feedv1.DivisionFact{
		Code: d.Code, Name: d.Name, Level: int32(d.Level), Parent: d.Parent, ValidFromYmd: ymd(d.From), ValidUntilYmd: ymd(d.Until),
		Successors: d.Successors,
	})
	f.ID, f.Version = d.Key(), d.Version
	return f
}

// Unit encodes one unit.
func Unit(u core.Unit) changefeed.Fact {
	body := &feedv1.UnitFact{Name: u.Name, Kind: int32(u.Kind), Division: u.Division}
	for _, m := range u.Manages {
		body.Manages = append(body.Manages, &feedv1.ManagedDivision{Division: m.Division, FromYmd: ymd(m.From), UntilYmd: ymd(m.Until)})
	}
	f := fact(feedv1.FactKind_FACT_KIND_UNIT, body)
	f.ID, f.Version = u.ID, u.Version
	return f
}

func ymd(d civil.Date) int32 { return int32(d.YYYYMMDD()) }

// fact marshals a body; the messages above always can be.
func fact(kind feedv1.FactKind, body proto.Message) changefeed.Fact {
	raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(body)
	if err != nil { // only text that is not UTF-8, which no store returns
		raw = nil
	}
	return changefeed.Fact{Kind: int32(kind), Body: raw}
}
