package rowtable

import (
	"database/sql/driver"
	"fmt"
	"math"
	"reflect"
	"time"
)

// value is a Go value as SQLite keeps it.
type value struct {
	kind   int32
	number int64 // or the bits of a float
	text   string
	blob   []byte
}

func (p *value) size() int { return len(p.text) + len(p.blob) }

func integer(n int64) value { return value{kind: kindInt, number: n} }

// read makes of a value what the driver would: what database/sql does to an
// argument, and then a nil []byte is NULL, a bool 0 or 1, a time a text.
func read(v any) (value, error) {
	switch v := v.(type) {
	case nil:
		return value{}, nil
	case int64:
		return integer(v), nil
	case int:
		return integer(int64(v)), nil
	case string:
		return value{kind: kindText, text: v}, nil
	case []byte:
		if v == nil {
			return value{}, nil
		}
		return value{kind: kindBlob, blob: v}, nil
	case bool:
		if v {
			return integer(1), nil
		}
		return integer(0), nil
	case float64:
		return value{kind: kindFloat, number: int64(math.Float64bits(v))}, nil
	case time.Time:
		return value{kind: kindText, text: v.Format(timeLayout)}, nil
	case driver.Valuer:
	default:
		if r := reflect.ValueOf(v); r.CanInt() {
			return integer(r.Int()), nil // a named number, such as a day
		}
	}
	plain, err := driver.DefaultParameterConverter.ConvertValue(v)
	if err != nil {
		return value{}, fmt.Errorf("sqlite: a %T cannot be stored", v)
	}
	return read(plain)
}

// timeLayout is the driver's.
const timeLayout = "2006-01-02 15:04:05.999999999-07:00"
