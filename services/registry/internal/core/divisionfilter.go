package core

import "xinju.dev/services/platform/civil"

// DivisionFilter narrows a list of divisions to those of a day. Other zero
// fields do not narrow.
type DivisionFilter struct {
	Parent string
	Level  Level
	Day    civil.Date
}
