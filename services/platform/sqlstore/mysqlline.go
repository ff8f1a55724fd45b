package sqlstore

import (
	"bytes"
	"database/sql/driver"
	"fmt"
	"reflect"
	"strconv"
	"time"
)

// writeLine writes a row as LOAD DATA reads it.
func writeLine(b *bytes.Buffer, row []any) error {
	for i, v := range row {
		if i > 0 {
			b.WriteByte('\t')
		}
		if err := writeField(b, v); err != nil {
			return err
		}
	}
	b.WriteByte('\n')
	return nil
}

func writeField(b *bytes.Buffer, v any) error {
	switch v := v.(type) {
	case nil:
		b.WriteString(`\N`)
	case int64:
		b.Write(strconv.AppendInt(b.AvailableBuffer(), v, 10))
	case uint64:
		b.Write(strconv.AppendUint(b.AvailableBuffer(), v, 10))
	case float64:
		b.Write(strconv.AppendFloat(b.AvailableBuffer(), v, 'g', -1, 64))
	case bool:
		if v {
			b.WriteByte('1')
		} else {
			b.WriteByte('0')
		}
	case string:
		escape(b, v)
	case []byte:
		if v == nil {
			b.WriteString(`\N`)
		} else {
			escape(b, v)
		}
	case time.Time:
		if v.IsZero() {
			b.WriteString("0000-00-00")
		} else {
			b.Write(v.UTC().AppendFormat(b.AvailableBuffer(), "2006-01-02 15:04:05.999999"))
		}
	default:
		return writeOther(b, v)
	}
	return nil
}

// writeOther writes a value that is one of the above under another name.
func writeOther(b *bytes.Buffer, v any) error {
	if _, own := v.(driver.Valuer); !own {
		if r := reflect.ValueOf(v); r.CanInt() {
			b.Write(strconv.AppendInt(b.AvailableBuffer(), r.Int(), 10))
			return nil
		}
	}
	plain, err := driver.DefaultParameterConverter.ConvertValue(v)
	if err != nil {
		return fmt.Errorf("bulk insert: a %T cannot be stored", v)
	}
	return writeField(b, plain)
}

// escape writes a text or blob: the bytes that end a field or a line, the
// escape itself, and NUL.
func escape[T string | []byte](b *bytes.Buffer, v T) {
	from := 0
	for i := range len(v) {
		var mark byte
		switch v[i] {
		case '\\':
			mark = '\\'
		case '\t':
			mark = 't'
		case '\n':
			mark = 'n'
		case 0:
			mark = '0'
		default:
			continue
		}
		b.Write([]byte(v[from:i]))
		b.WriteByte('\\')
		b.WriteByte(mark)
		from = i + 1
	}
	b.Write([]byte(v[from:]))
}
