package changefeed

// Changed returns a channel that is closed at the next commit of this process
// that appends to the feed. Take it before reading; other processes' commits
// are found by polling only.
func (s Source) Changed() <-chan struct{} { return s.DB.Announced(topic) }
