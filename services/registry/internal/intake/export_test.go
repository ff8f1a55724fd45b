package intake

import "context"

// SetChunkRows makes chunks smaller, so that few rows make many.
func (in *Intake) SetChunkRows(n int) { in.chunkRows = n }

// Encode writes text in an encoding.
func (e Encoding) Encode(s string) []byte { return e.encode(s) }

// DefaultChunkRows is the number of rows of a chunk in production.
const DefaultChunkRows = chunkRows

// Sweep removes what a crash left.
func (in *Intake) Sweep(ctx context.Context) error { return in.sweep(ctx) }
