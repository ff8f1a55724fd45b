package fault

// Reasons that mean the same in several services, which do not import each
// other: declared here once, used by all of them.
var (
	// DivisionNotFound refuses a code that the tree of divisions does not have on the day.
	DivisionNotFound = New(NotFound, "DIVISION_NOT_FOUND", "there is no such division on that day", "该日期没有此行政区划")
)
