package core

import (
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/ident"
)

// EventType is what a residence event reports; the numbers are those of
// xinju.registry.v1.EventType and are stored.
type EventType int32

// The kinds of event.
const (
	Arrive        EventType = 1  // 居住登记
	Move          EventType = 2  // another address inside the area
	Leave         EventType = 3  // 注销: left, gone back
	PermitIssue   EventType = 4  // 居住证签发
	PermitEndorse EventType = 5  // 签注
	PermitLapse   EventType = 6  // the permit lapsed
	PermitCancel  EventType = 7  // the permit was cancelled
	HukouIn       EventType = 8  // became a local hukou holder
	Birth         EventType = 9  // born here
	Death         EventType = 10 // died
	Correct       EventType = 11 // corrects an earlier event, or (at a desk) a person
	Void          EventType = 12 // an earlier event was entered in error
	PermitLost    EventType = 13 // the card was lost (挂失)
	PermitReissue EventType = 14 // a new card for the same permit (补领、换领)
	Merge         EventType = 15 // two residents are one person; voiding it parts them again
)

// Event is one thing that happened, as a sender reports it: the fields of
// xinju.registry.v1.ResidenceEvent in the suite's own types, and who sent it.
// Events are only ever added. A zero field says nothing.
type Event struct {
	Sender string // short code of who reports, such as ga-990101
	ID     string // the sender's identifier; see WithID
	Type   EventType

	Effective civil.Date // day on which it happened
	TimeMS    int64      // when the sender recorded it, Unix milliseconds

	Document   ident.Document // of the person
	ResidentID string         // of the person, when already known

	Name     string // Unicode NFC, at most 50 characters
	Sex      int    // GB/T 2261.1
	Birth    civil.Date
	Ethnic   string // GB/T 3304
	Marital  int    // GB/T 2261.2
	Phone    string // digits and +
	Employer string // at most 70 characters

	HukouDivision string // 6 or 12 digits
	HukouKind     int

	Division  string     // 12 digits: of the residence, or of the issuer of a permit
	Address   string     // at most 200 characters
	Arrived   civil.Date // day of arrival when it is not Effective, the day of registration
	FirstSeen civil.Date // day a clinic or worker first saw the person there; desks only
	// Registered is the day of registration with public security as a desk was
	// told it; it counts only beside FirstSeen. Feeds say it by Effective.
	Registered civil.Date
	Reason     int // 1 work … 9 other

	PermitValidUntil civil.Date
	PermitPoints     int

	Replaces         string // CORRECT, VOID: ID of the sender's event that is meant
	MotherResidentID string // BIRTH
	// MotherDocument says who the mother is before the registry knows her;
	// MotherResidentID counts before it.
	MotherDocument ident.Document

	// BirthPartial is what is known of a birth date that is not known to the day:
	// "1990" or "1990-05". Birth is then None, and nobody guesses it.
	BirthPartial string
	FormerName   string // 曾用名, at most 50 characters
	// NameRaw holds the bytes of the name as the feed had them, in NameEncoding,
	// where it has a character without a standard code.
	NameRaw, NameEncoding string
	// MERGE: the second of the two, by a document or, when already known, by name.
	OtherDocument   ident.Document
	OtherResidentID string
	PermitNumber    string // printed on the permit, at most 32 characters

	// Recorded is the day on which the registry recorded the event: no part of what
	// was reported. None where nobody asks.
	Recorded civil.Date
}

// Creates reports that the event makes its person known; all others wait until
// somebody else has.
func (t EventType) Creates() bool { return t == Arrive || t == Birth }

// lives reports that the event says where the person lives from then on.
func (t EventType) lives() bool { return t == Arrive || t == Move || t == Birth }

// Amends reports that the event is about another event.
func (t EventType) Amends() bool { return t == Correct || t == Void }

// Known reports that t is one of the kinds above.
func (t EventType) Known() bool { return t >= Arrive && t <= Merge }

// Desk is the sender of what is recorded through CreateResident and
// UpdateResident. Its events amend no others by identifier, and nobody else may
// report under this name.
const Desk = "desk"
