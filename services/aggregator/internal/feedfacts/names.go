package feedfacts

import feedv1 "xinju.dev/api/gen/xinju/feed/v1"

// Bounds of what names something, in bytes.
const (
	maxID   = 64
	maxUnit = maxID - len("unit:") // a unit is a place, too
)

// names says whether a text can be an identifier or a code. Control characters and a
// space at the end are none: some databases compare texts as if spaces followed, and
// would take it for another one.
func names(id string) bool {
	if id == "" || len(id) > maxID || id[len(id)-1] == ' ' {
		return false
	}
	for i := range len(id) {
		if id[i] < ' ' || id[i] == 0x7f {
			return false
		}
	}
	return true
}

// namesPlace says whether a division or a unit can be a place where something counts.
func namesPlace(f *feedv1.Fact) bool {
	if IsDivision(int32(f.GetKind())) {
		return f.GetDeleted() || names(f.GetDivision().GetCode())
	}
	return len(f.GetFactId()) <= maxUnit
}
