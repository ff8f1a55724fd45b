package obs

import (
	"time"

	"go.uber.org/zap/zapcore"
)

// utc makes log lines of machines in different zones comparable.
type utc struct{ zapcore.Clock }

func (c utc) Now() time.Time { return c.Clock.Now().UTC() }
