package intake

import (
	"errors"
	"testing"

	"xinju.dev/services/platform/fault"
)

func faultOf(t *testing.T, err error) *fault.Error {
	t.Helper()
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		t.Fatalf("%v is not a fault", err)
	}
	return f
}
