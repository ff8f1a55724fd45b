package programs

import (
	"context"
	"io"

	"xinju.dev/deploy/cmd/xinju/internal/settings"
)

func demonstrate(context.Context, settings.Demo, io.Writer, io.Writer) error { return nil }
