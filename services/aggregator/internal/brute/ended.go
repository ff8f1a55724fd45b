package brute

import (
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
)

// Ended are villages in which people are recorded on days when the tree leads to
// no village of that code.
var Ended = []string{
	"990101100203", // merged into a village of another county in the middle of 2020
	"990101100204", // divided between two villages at the end of a month
	"990101100205", // gone on a leap day, without successor
	"990102100206", // there only from 2019-03-01
	"990221102200", // its township ended without successor at the end of 2021
	"990221102201", // merged into one that ended later itself
	"990104100200", // its whole county ended without successor
	"330681100207", // two that name each other as successor
	"330681100208",
}

func ended() []facts.Division {
	var list []facts.Division
	add := func(code, parent string, l facts.Level, from, until string, successors ...string) {
		d := facts.Division{Key: facts.Key{ID: code}, Code: code, Name: "村", Level: l, Parent: parent, Successors: successors}
		if from != "" {
			d.From = civil.Must(from)
		}
		if until != "" {
			d.Until = civil.Must(until)
		}
		list = append(list, d)
	}
	add(Ended[0], "990101100000", facts.Village, "", "2020-06-30", "990221100200")
	add(Ended[1], "990101100000", facts.Village, "", "2019-11-30", "990101100200", "990102100200")
	add(Ended[2], "990101100000", facts.Village, "", "2020-02-29")
	add(Ended[3], "990102100000", facts.Village, "2019-03-01", "")
	add("990221102000", "990221000000", facts.Township, "", "2021-12-31")
	add(Ended[4], "990221102000", facts.Village, "", "")
	add(Ended[5], "990221102000", facts.Village, "", "2018-12-31", Ended[0])
	add("990104000000", "990100000000", facts.County, "", "2020-12-31")
	add("990104100000", "990104000000", facts.Township, "", "")
	add(Ended[6], "990104100000", facts.Village, "", "")
	add(Ended[7], "330681100000", facts.Village, "", "2019-06-30", Ended[8])
	add(Ended[8], "330681100000", facts.Village, "", "2020-06-30", Ended[7])
	return list
}
