package policy

// Weighs says whether one event may count as several, so that a number of the
// indicator is not the length of its list but the sum of the weights in it.
func (i *Indicator) Weighs() bool { return i.events != nil && i.events.Weight != "" }
