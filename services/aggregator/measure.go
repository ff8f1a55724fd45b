package aggregator

import "context"

// Evaluate reads the stored facts of everybody and derives what they count for,
// keeping nothing, and returns how many there were: what measurements compare a
// rebuild with. It answers once Run is ready.
func (s *Service) Evaluate(ctx context.Context) (int64, error) { return s.book.Evaluate(ctx) }

// StartedFrom is how many villages the start took from stored sums, and how many it
// counted from the rows of residents. It answers once Run is ready.
func (s *Service) StartedFrom() (stored, counted int) { return s.book.StartedFrom() }
