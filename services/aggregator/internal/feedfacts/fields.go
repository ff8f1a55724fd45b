package feedfacts

import (
	"xinju.dev/services/platform/civil"

	"google.golang.org/protobuf/encoding/protowire"
)

// fields is a message whose fields are numbers, truths and texts, by their numbers in
// the contract: what is not sent is zero. Residents are read over and over, and this
// takes a fifth of what the generated messages take.
type fields struct {
	numbers [fieldsMost]uint64
	texts   [fieldsMost][]byte
}

// fieldsMost is above every number of a field of such a message.
const fieldsMost = 8

// fields reads the body. Fields that a later build sends are passed over.
func (e *Entry) fields() (f fields, err error) {
	for rest := e.Body; len(rest) > 0; {
		number, kind, n := protowire.ConsumeTag(rest)
		if n < 0 {
			return f, errDamaged
		}
		rest = rest[n:]
		var one uint64
		var text []byte
		switch kind {
		case protowire.VarintType:
			one, n = protowire.ConsumeVarint(rest)
		case protowire.BytesType:
			text, n = protowire.ConsumeBytes(rest)
		default:
			n = protowire.ConsumeFieldValue(number, kind, rest)
		}
		if n < 0 {
			return f, errDamaged
		}
		if rest = rest[n:]; number < fieldsMost {
			switch kind {
			case protowire.VarintType:
				f.numbers[number] = one
			case protowire.BytesType:
				f.texts[number] = text
			}
		}
	}
	return f, nil
}

func (f *fields) text(number int) string    { return string(f.texts[number]) }
func (f *fields) is(number int) bool        { return f.numbers[number] != 0 }
func (f *fields) of(number int) int32       { return int32(f.numbers[number]) }
func (f *fields) long(number int) int64     { return int64(f.numbers[number]) }
func (f *fields) day(number int) civil.Date { return day(f.of(number)) }
