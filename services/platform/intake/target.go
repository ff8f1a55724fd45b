package intake

import (
	"time"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/outcome"
)

// Target is what a service makes of rows.
type Target interface {
	// Name is the kind of work, such as registry.import. It is stored.
	Name() string
	// CheckSender fails with the reason why somebody may not send under a name.
	CheckSender(sender string) error
	// Mapper prepares for the rows of one file. It fails with the reason why the
	// file as a whole is refused: columns that are missing or stand twice.
	Mapper(s Source, l Layout) (Mapper, error)
}

// Source is who sent a file, and when.
type Source struct {
	Sender   string
	Received time.Time // what "today" is for its rows, also after a late restart
}

// Day is the civil date on which the file was received.
func (s Source) Day() civil.Date { return civil.DateOf(s.Received) }

// Mapper turns the records of one file into rows. It is used by one goroutine.
type Mapper interface {
	// Map fills Item and ID of a row, or Fault and Column, and Review where the
	// item may be applied but somebody should look. It never fails. An item may
	// stand beside a fault, as far as it could be read. Nothing of rec but
	// strings may be kept.
	Map(rec Record, row *Row)
	// ColumnOf names a field of an item as the file names its column.
	ColumnOf(field string) string
	// Columns says what each column of the layout is read as.
	Columns() []ColumnUse
}

// Class is how sensitive a column is; the numbers are those of
// xinju.type.v1.DataClass.
type Class int32

// The classes that columns of files have.
const (
	Public      Class = 1
	Operational Class = 2
	Personal    Class = 3
	Contact     Class = 4
	Identity    Class = 5
	Health      Class = 6
	Intimate    Class = 7
)

// ColumnUse is what a column is read as.
type ColumnUse struct {
	Name  string // as the file has it
	Field string // as the contract names it; "" when nobody asks for the column
	Class Class  // unknown columns count as Identity
}

// Lister is a Target whose senders may send full lists instead of events.
type Lister interface {
	Target
	// Entry says whose entry an item is and what it says; ok is false when it
	// names nobody. Key and Content are only kept as keyed hashes.
	Entry(item any) (e Entry, ok bool)
	// New, Changed and Gone make the item that a difference becomes: as of a day,
	// under an identifier that is unique within the sender. memo is what an
	// earlier one of them returned, and is kept sealed; the one returned is kept
	// for next time. New has one only where the subject was gone and is back.
	New(item any, memo []byte, id string, day civil.Date) (any, []byte, error)
	Changed(item any, memo []byte, id string, day civil.Date) (any, []byte, error)
	Gone(memo []byte, id string, day civil.Date) (any, []byte, error)
	// Likeness is what a subject is known by when its key changes: the same for
	// entries that may be of one subject, nil where an item says too little. It is
	// only kept as a keyed hash, and asked for new and changed entries only.
	Likeness(item any) []byte
	// Alike makes the item of an entry that is new and may be of somebody who
	// stood there under another key: the service lets a person decide.
	Alike(item any, q Question) (any, error)
}

// Question asks whether a new entry of a full list is of somebody who stands
// there no more.
type Question struct {
	Key  string // of the entry, hex
	ID   string // of the event that it becomes
	Day  civil.Date
	Memo []byte      // as for New
	Gone []ListEntry // those who may be meant, with what is kept of them
	// IDOf names the event that the departure of one of them becomes.
	IDOf func(key string) string
}

// Entry is one entry of a full list.
type Entry struct {
	Key     []byte // the same for the same subject in every list of a sender
	Content []byte // differs exactly when the entry differs
}

// Row is one row of a batch: an item, or why it is none.
type Row struct {
	Number int    // in the file; in a stream the sequence of the event
	Raw    []byte // as sent, without its end

	Item   any          // of the target; nil when there is nothing to apply
	ID     string       // the sender's identifier, as far as it may be shown
	Fault  *fault.Error // why the row is refused
	Column string       // the column that is wrong, as the file names it

	// Review is set where the item may be applied but somebody should look.
	Review       *fault.Error
	ReviewColumn string

	// Known is set where a row needs no applying: what became of it is clear.
	Known outcome.Code

	// Key is that of the entry of a full list, hex, where the row changes it.
	Key string

	end Position
}

// Applies reports that the row has something to be applied.
func (r *Row) Applies() bool { return r.Fault == nil && r.Known == 0 }
