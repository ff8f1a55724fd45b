package client

import (
	"google.golang.org/grpc"

	intakev1 "xinju.dev/api/gen/xinju/intake/v1"

	"xinju.dev/services/platform/recordkind"
)

// Records returns the import of a kind of record, of the service that owns it;
// ok is false when there is no such kind.
func (s *Suite) Records(kind string) (c intakev1.RecordImportServiceClient, ok bool) {
	service, _ := recordkind.Owner(kind)
	c, ok = s.records[service]
	return c, ok
}

func recordClients(byName map[string]*grpc.ClientConn) map[string]intakev1.RecordImportServiceClient {
	out := map[string]intakev1.RecordImportServiceClient{}
	for _, kind := range recordkind.All() {
		if service, _ := recordkind.Owner(kind); out[service] == nil {
			out[service] = intakev1.NewRecordImportServiceClient(byName[service])
		}
	}
	return out
}
