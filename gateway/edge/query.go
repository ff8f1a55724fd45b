package edge

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/fault"
)

// query checks the parameters of a call and writes them as the gateway library
// reads them. It refuses what the library would pass over: a misspelt filter
// would list everybody. masked says that the caller named the fields to change.
func (at route) query(raw string) (out string, masked bool, wrong *fault.Error) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return "", false, errJSON
	}
	if at.body == "*" && len(values) > 0 {
		return "", false, errQuery
	}
	result := url.Values{}
	for key, list := range values {
		f := at.parameter(key)
		if f == nil {
			return "", false, unknown(key)
		}
		name := string(f.Name())
		if _, twice := result[name]; twice || len(list) > 1 && !f.IsList() {
			return "", false, errRepeated.On(name, "once")
		}
		for _, text := range list {
			if !printable(text) {
				return "", false, errJSON.On(name, "text")
			}
		}
		if wrong := parameter(result, f, list); wrong != nil {
			return "", false, wrong
		}
		masked = masked || name == "update_mask" && list[0] != ""
	}
	return result.Encode(), masked, nil
}

// parameter finds a field that may stand in the query: of the request itself,
// neither in the path nor in the body, under its JSON or its proto name.
func (at route) parameter(key string) protoreflect.FieldDescriptor {
	f := at.input.Fields().ByJSONName(key)
	if f == nil {
		f = at.input.Fields().ByName(protoreflect.Name(key))
	}
	if f == nil || string(f.Name()) == at.body || strings.Contains(at.template, "{"+string(f.Name())+"}") {
		return nil
	}
	return f
}

// parameter adds one field to result. A date reads 2026-06-30; the library knows
// it only in three parts. A mask may use JSON names, as in bodies.
func parameter(result url.Values, f protoreflect.FieldDescriptor, list []string) *fault.Error {
	name := string(f.Name())
	switch {
	case f.Message() != nil && f.Message().FullName() == "google.type.Date" && !f.IsList():
		d, err := civil.Parse(list[0])
		if err != nil {
			return errJSON.On(name, "YYYY-MM-DD")
		}
		y, m, day := d.YMD()
		result.Set(name+".year", strconv.Itoa(y))
		result.Set(name+".month", strconv.Itoa(m))
		result.Set(name+".day", strconv.Itoa(day))
	case f.Message() != nil && f.Message().FullName() == "google.protobuf.FieldMask":
		if list[0] != "" {
			result.Set(name, snake(list[0]))
		}
	default:
		result[name] = list
	}
	return nil
}

var capital = regexp.MustCompile(`[A-Z]`)

// snake turns endDate into end_date.
func snake(names string) string {
	return capital.ReplaceAllStringFunc(names, func(c string) string { return "_" + strings.ToLower(c) })
}

// A name looks like a name when it has no more digits in a row than our fields
// have. Anything else may be a value in the wrong place and is not repeated.
var name = regexp.MustCompile(`^[A-Za-z][A-Za-z_.]{0,62}[0-9]{0,2}$`)

func unknown(key string) *fault.Error {
	if !name.MatchString(key) {
		return errUnknownField
	}
	return errUnknownField.With("field", key).On(key, "unknown")
}
