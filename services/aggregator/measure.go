package aggregator

import "context"

// Evaluate reads the stored facts of everybody and derives what they count for,
// keeping nothing, and returns how many there were: what measurements compare a
// rebuild with. It answers once Run is ready.
func (s *Service) Evaluate(ctx context.Context) (int64, error) { return s.book.Evaluate(ctx) }
