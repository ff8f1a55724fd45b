package changefeed

import "time"

// SetTimes shortens the waits of a server under test.
func (s *Server) SetTimes(poll, heartbeat time.Duration) { s.poll, s.heartbeat = poll, heartbeat }
