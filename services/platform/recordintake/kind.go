package recordintake

import (
	"errors"
	"reflect"

	"gorm.io/gorm"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/recordstore"
	"xinju.dev/services/platform/sqlstore"
)

// Kind is one kind of record that a service takes from files. Of makes it.
type Kind struct {
	name    string // such as doses: in addresses and in what is stored
	sheet   *sheet
	read    func(*Reader) any
	own     func(item any, residentID, unitID string) any
	same    func(a, b any) bool
	equal   func(item, stored any) bool
	settled func(item any, before stored) any
	place   func(tx *gorm.DB, p Placing, item any) (any, Verdict, error)
	living  func(tx *gorm.DB, residents []string) ([]stored, error)
	byIDs   func(tx *gorm.DB, ids []string) ([]stored, error)
	insert  func(tx *gorm.DB, items []any) ([]stored, []changefeed.Fact, error)
	replace func(tx *gorm.DB, item any) (stored, changefeed.Fact, error)
	void    func(tx *gorm.DB, id string, version int64) (changefeed.Fact, error)
	exists  *fault.Error
}

// Name is the word by which the kind is asked for.
func (k *Kind) Name() string { return k.name }

// target names the work of a batch; it is stored.
func (k *Kind) target() string { return targetPrefix + k.name }

// stored is a record as it is kept.
type stored struct {
	record.Base
	item any
}

// Spec says what a kind of record is. T is the service's core type. Keep, Place
// and Void may be nil.
type Spec[T any, R recordstore.Row] struct {
	Name    string // such as doses
	Columns []byte // YAML; see sheet
	Store   *recordstore.Store[T, R]
	Base    func(*T) *record.Base
	Unit    func(*T) *string
	// Read makes the record of a row. What is wrong it says to r.
	Read func(r *Reader) T
	// Same says whether two records of one person are the same thing, whoever
	// wrote them down.
	Same func(a, b T) bool
	// Keep takes over from the stored record what files do not say and what
	// follows from the rest.
	Keep func(item *T, before T)
	// Place finds what the record belongs to, such as its pregnancy.
	Place func(tx *gorm.DB, p Placing, item *T) (Verdict, error)
	// Void withdraws a record in a transaction; nil for Store.Withdraw. A fault
	// says that it stays.
	Void func(tx *gorm.DB, id string, version int64) (changefeed.Fact, error)
	// Exists is what it means that a record takes the place of another one; nil for
	// DUPLICATE.
	Exists *fault.Error
}

// Placing is what a row says beside the record itself.
type Placing struct {
	Sender string
	Text   func(field string) string
	// Record finds what a source record of the same sender made; "" when nothing.
	Record func(kind, number string) (id string, err error)
}

// Verdict says that a row cannot be applied as it is; the zero value that it can.
type Verdict struct {
	Wait   *fault.Error // tried again later
	Refuse *fault.Error
	Field  string
}

// Of makes a kind. It fails when the list of columns is not well-formed.
func Of[T any, R recordstore.Row](s Spec[T, R]) (*Kind, error) {
	sh, err := readSheet(s.Columns)
	if err != nil {
		return nil, err
	}
	wrap := func(items []T) []stored {
		out := make([]stored, len(items))
		for i := range items {
			out[i] = stored{*s.Base(&items[i]), items[i]}
		}
		return out
	}
	k := &Kind{
		name: s.Name, sheet: sh,
		read: func(r *Reader) any { return s.Read(r) },
		own: func(item any, residentID, unitID string) any {
			t := item.(T)
			*s.Base(&t) = record.Base{ResidentID: residentID}
			*s.Unit(&t) = unitID
			return t
		},
		same: func(a, b any) bool { return s.Same(a.(T), b.(T)) },
		equal: func(item, before any) bool {
			a, b := item.(T), before.(T)
			*s.Base(&a), *s.Base(&b) = record.Base{}, record.Base{}
			return reflect.DeepEqual(a, b)
		},
		settled: func(item any, before stored) any {
			t := item.(T)
			*s.Base(&t) = before.Base
			if s.Keep != nil {
				s.Keep(&t, before.item.(T))
			}
			return t
		},
		living: func(tx *gorm.DB, residents []string) ([]stored, error) {
			items, err := s.Store.Living(tx, residents)
			return wrap(items), err
		},
		byIDs: func(tx *gorm.DB, ids []string) ([]stored, error) {
			items, err := s.Store.TakeMany(tx, ids)
			return wrap(items), err
		},
		insert: func(tx *gorm.DB, items []any) ([]stored, []changefeed.Fact, error) {
			list := make([]T, len(items))
			for i := range items {
				list[i] = items[i].(T)
			}
			out, facts, err := s.Store.Insert(tx, list)
			return wrap(out), facts, err
		},
		replace: func(tx *gorm.DB, item any) (stored, changefeed.Fact, error) {
			out, fact, err := s.Store.Replace(tx, item.(T))
			return stored{*s.Base(&out), out}, fact, err
		},
		void: s.Void, exists: s.Exists,
	}
	if s.Place != nil {
		k.place = func(tx *gorm.DB, p Placing, item any) (any, Verdict, error) {
			t := item.(T)
			v, err := s.Place(tx, p, &t)
			return t, v, err
		}
	}
	if k.void == nil {
		k.void = func(tx *gorm.DB, id string, version int64) (changefeed.Fact, error) {
			_, fact, err := s.Store.Withdraw(tx, id, version)
			return fact, err
		}
	}
	return k, nil
}

// refusal is an error that lies in one row; nil when it lies elsewhere.
func (k *Kind) refusal(err error) *fault.Error {
	if k.exists != nil && errors.Is(err, sqlstore.ErrDuplicate) {
		return k.exists
	}
	return refusal(err)
}

func refusal(err error) *fault.Error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return nil
	}
	if errors.Is(err, sqlstore.ErrDuplicate) {
		return sqlstore.ErrDuplicate
	}
	switch f.Kind {
	case fault.Invalid, fault.NotFound, fault.Precondition, fault.Exists:
		return f
	}
	return nil
}
