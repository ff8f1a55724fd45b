package store

import "fmt"

// filterBytes describes a list for its page tokens.
func filterBytes(parts ...any) []byte { return fmt.Appendf(nil, "%q", parts) }
