package intake

import "xinju.dev/services/platform/fault"

// Why one row is refused, beside the faults of rowfile, core and ident. None of
// them quotes the row.
var (
	ErrValueMissing = fault.New(fault.Invalid, "VALUE_MISSING",
		"a required column is empty", "必填列为空")
	ErrDivisionForm = fault.New(fault.Invalid, "DIVISION_CODE_MALFORMED",
		"a division code has 6, 9 or 12 digits", "区划代码应为 6、9 或 12 位数字")
)
