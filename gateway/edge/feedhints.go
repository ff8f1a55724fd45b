package edge

import (
	"strconv"
	"strings"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/services/platform/fault"
)

// hintField reads what a query says of how a file is written. Columns of a file
// of fixed width are written name:from:bytes, with commas between them.
func hintField(h *registryv1.FeedHeader, name, value string) (known bool, wrong *fault.Error) {
	hints := h.GetHints()
	if hints == nil {
		hints = &registryv1.FeedHints{}
	}
	var err error
	switch name {
	case "profile":
		h.Profile = value
		return true, nil
	case "format":
		hints.Format = strings.ToUpper(value)
	case "delimiter":
		hints.Delimiter = value
	case "sheet":
		hints.Sheet = value
	case "row_element":
		hints.RowElement = value
	case "date_system":
		hints.DateSystem = strings.ToUpper(value)
	case "header_row":
		var n int64
		n, err = strconv.ParseInt(value, 10, 32)
		hints.HeaderRow = int32(n)
	case "no_header":
		hints.NoHeader, err = strconv.ParseBool(value)
	case "no_quotes":
		hints.NoQuotes, err = strconv.ParseBool(value)
	case "fixed_columns":
		hints.FixedColumns, err = fixedColumns(value)
	default:
		return false, nil
	}
	if err != nil {
		return false, errJSON.On(name, "格式不正确 is malformed")
	}
	h.Hints = hints
	return true, nil
}

func fixedColumns(text string) (out []*registryv1.FixedColumn, err error) {
	for one := range strings.SplitSeq(text, ",") {
		parts := strings.Split(one, ":")
		if len(parts) != 3 {
			return nil, strconv.ErrSyntax
		}
		var from, bytes int64
		if from, err = strconv.ParseInt(parts[1], 10, 32); err != nil {
			return nil, err
		}
		if bytes, err = strconv.ParseInt(parts[2], 10, 32); err != nil {
			return nil, err
		}
		out = append(out, &registryv1.FixedColumn{Name: parts[0], From: int32(from), ByteCount: int32(bytes)})
	}
	return out, nil
}
