package intake

// Position is how far a file is dealt with: what a Format needs to read on.
type Position struct {
	Offset int64 // bytes, or whatever the format counts in
	Line   int   // number of the last record that is dealt with
}
