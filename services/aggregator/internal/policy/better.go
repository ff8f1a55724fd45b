package policy

import (
	"maps"

	"xinju.dev/services/platform/civil"
)

// Better is which way a value is better, numbered as in the API.
type Better int

// The ways.
const (
	Higher  Better = 1 // more is better: a coverage rate
	Lower   Better = 2 // less is better: a death rate, children who missed a dose
	Neither Better = 3 // a size or a workload: births, population
	Nearest Better = 4 // the nearer to a target of exactly so much; a pack never writes it
)

var betterNames = map[string]Better{"higher": Higher, "lower": Lower, "neither": Neither}

var betterTexts = map[Better]Text{
	Higher: {"高者为优", "more is better"}, Lower: {"低者为优", "less is better"},
	Neither: {"不分优劣", "neither more nor less is better"}, Nearest: {"接近目标者为优", "nearer to the target is better"},
}

// Text says it in words.
func (b Better) Text() Text { return betterTexts[b] }

// BetterOn is which way the indicator is better on a day: what the target in force
// asks for; without one what the pack says; and where it says nothing, more of a
// share is better, and of a number neither.
func (i *Indicator) BetterOn(day civil.Date) Better {
	if t, ok := i.TargetOn(day); ok {
		return t.better()
	}
	return i.BetterItself()
}

// BetterItself is which way it is better where no target holds.
func (i *Indicator) BetterItself() Better {
	switch {
	case i.Better != 0:
		return i.Better
	case i.Unit == Counted:
		return Neither
	}
	return Higher
}

func (t *Target) better() Better {
	switch {
	case t.AtMost:
		return Lower
	case t.Exactly:
		return Nearest
	}
	return Higher
}

// better reads which way a pack says is better.
func (c *compiler) better(it *indicatorItem, out *Indicator) {
	if it.Better == "" {
		return
	}
	var ok bool
	if out.Better, ok = betterNames[it.Better]; !ok {
		c.fail(it.origin, nil, it.origin.path+".better", oneOf("better", maps.Keys(betterNames)))
	}
}

// agree refuses a target that asks for the other way than the indicator says.
// What is neither better nor worse in itself may have a target all the same.
func (c *compiler) agree(ind *Indicator, t *Target, at origin) {
	if ind.Better == 0 || ind.Better == Neither || ind.Better == t.better() {
		return
	}
	itself, asked := ind.Better.Text(), t.better().Text()
	c.fail(at, nil, at.path+".op", Text{
		ind.ID + "的 better 为" + itself.Chinese + "，目标 " + t.Written + " 却是" + asked.Chinese + "：改其一",
		ind.ID + " says that " + itself.English + ", and its target " + t.Written + " that " + asked.English + ": change one of them",
	})
}
