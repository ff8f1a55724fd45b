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
// # Whose word counts
//
// Several sources tell of one person: police, clinics, desks. Of each field the
// latest word of the highest source stands; the order is data
// (data/sources.yaml). Where two sources contradict each other about a stay or a
// hukou, the higher one's word stands and the resident carries a review flag; a
// source that contradicts itself is treated as ever.
//
// # Two axes of time
//
// When something was true is in the events; when it was known is in the log. A
// Dossier holds both, so that a resident can be read as known at any instant,
// and the history of changes be told event by event.
//
// # Whose event it is
//
// An event belongs to the person of its document, and of two documents of a
// corrected event the corrected one counts; without a document, to the resident
// it names. A CORRECT or VOID goes with the event it is about, whatever document
// its own row shows. So the persons, too, are a function of the set.
//
// An ARRIVE or BIRTH without any document is kept under a provisional identity
// made of the event itself (Event.Provisional); a correction of that event that
// brings a document finds the same person.
//
// # Two residents, one person
//
// A MERGE that holds joins its own person and another (Pairs), once both are
// known. Nothing is rewritten for that: each event stays with its resident, the
// least identifier stands for all, and its state is the fold of the events of
// all of them. So a VOID of the MERGE parts them exactly as they were.
//
// A correction of documents may give all that made a resident known to somebody
// else. That resident is then linked to whoever has those events now (Joining),
// and gets them back, under the old identifier, when the correction is voided.
package core
