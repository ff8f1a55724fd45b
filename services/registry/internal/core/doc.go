// Package core holds the rules of the registry: what an event may say, and what
// a set of events folds to. It is pure: no storage, no wire format, no clock.
//
// # Any order, one state
//
// Events arrive late, twice, out of order and across batches. State is therefore
// a function of the set of events (Fold), and an event is refused only for what
// is wrong in itself or names something that cannot exist:
//
//   - A contradiction inside one event is refused: a LEAVE whose own
//     arrived_date is after its effective_date ends in LEFT_BEFORE_ARRIVAL.
//   - A contradiction between events is never refused, because which of them
//     came first must not matter: both are kept, the contradicting LEAVE changes
//     no stay, the resident carries a review flag, and the event that brought the
//     flag ends in NeedsReview.
//   - What is not known yet is kept and waits (Pending). A LEAVE of an unknown
//     person takes part in the fold as soon as the ARRIVE is there; a CORRECT or
//     VOID as soon as its target is there.
//
// The outcome of an event tells what it changed when it came, so outcomes depend
// on the order; the state does not.
//
// Two things depend on what came first and cannot be otherwise: an identifier
// used again for another content is refused (EVENT_ID_REUSED), and a desk may
// give a document only to one resident (DOCUMENT_TAKEN).
//
// # Whose event it is
//
// An event belongs to the person of its document, and of two documents of a
// corrected event the corrected one counts; without a document, to the resident
// it names. A CORRECT or VOID goes with the event it is about, whatever document
// its own row shows. So the persons, too, are a function of the set.
package core
