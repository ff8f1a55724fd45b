package rpcserver

import (
	"xinju.dev/services/platform/fault"

	"google.golang.org/grpc/status"
)

// Status is f as it goes over the wire, for the gateway's own refusals: they must
// look like those of the services.
func Status(f *fault.Error) *status.Status { return status.Convert(statusOf(f)) }
