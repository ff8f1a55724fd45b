package core

import "xinju.dev/services/platform/civil"

// State is what the events about one resident fold to. It is a function of the
// set of events alone: neither the order nor the number of times in which they
// arrived can be seen in it.
type State struct {
	Person
	Exists  bool     // an ARRIVE or BIRTH holds; otherwise the rest waits
	Stays   []Stay   // by day of arrival
	Permits []Permit // by day of issue
	Flags   []string // what somebody should look at, sorted
	// Waiting says which events change nothing until another one arrives, by
	// position in the slice that was folded. It is no part of the digest.
	Waiting map[int]Wait
}

// Person is what the registry knows of a resident apart from stays and permits.
type Person struct {
	Name      string
	Sex       int
	Birth     civil.Date
	Ethnic    string
	Marital   int
	Phone     string
	Employer  string
	Documents []HeldDocument // latest first
	Hukou     []HukouSpan
	Death     civil.Date
	// FormerNames are names that later words replaced, and those that events
	// call former, latest first.
	FormerNames []FormerName
	// BirthPartial is what is known of a birth date that is not known to the day,
	// "1990" or "1990-05"; Birth is then None.
	BirthPartial string
	// NameRaw holds the bytes of Name as the feed had them, in NameEncoding, where
	// it has a character without a standard code.
	NameRaw, NameEncoding string
	MotherID              string
	// MotherDocument says who the mother is where no event names her resident.
	// Fold cannot know who holds it: the store sets MotherID once somebody does.
	MotherDocument Document
}

// HeldDocument is a document of a person with the days for which it counts.
type HeldDocument struct {
	Document
	From  civil.Date // first day on which an event showed it
	Until civil.Date // last day before another one of its kind; None while it holds
}

// FormerName is a name that the person no longer has.
type FormerName struct {
	Name  string
	Until civil.Date // last day before another name took its place; None when unknown
}

// HukouSpan is one place of hukou registration. From is None in the first one.
type HukouSpan struct {
	From     civil.Date
	Division string
	Kind     int
}

// Stay is one stay at one address.
type Stay struct {
	ID         string // of the event that began it, as EventKey
	Division   string
	Address    string
	Arrived    civil.Date
	Registered civil.Date
	FirstSeen  civil.Date
	Left       civil.Date // last day of residence; None while it goes on
	Reason     int
	Recorded   civil.Date // day on which the first event that told of it was recorded; no part of the digest
	Sources    []Source   // only of FoldTraced; no part of the digest, which is about what holds and not who said it
}

// Permit is one residence permit.
type Permit struct {
	ID         string // of the event that issued it, as EventKey
	Division   string
	Issued     civil.Date
	ValidUntil civil.Date
	Endorsed   []civil.Date // ascending
	Lapsed     civil.Date   // first day on which it had lapsed
	Cancelled  civil.Date   // first day on which it was cancelled
	Points     []Points     // ascending
	Number     string       // on the latest card; "" when nobody said it
	Lost       civil.Date   // day on which a card was last reported lost
	Reissued   []civil.Date // ascending
	Recorded   civil.Date   // day on which the first event that told of its issue was recorded; no part of the digest
	Sources    []Source     // only of FoldTraced; no part of the digest
}

// Points is the total of points from one day on.
type Points struct {
	From   civil.Date
	Points int
}
