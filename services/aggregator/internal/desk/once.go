package desk

import "xinju.dev/services/platform/idempotency"

// Once does something for a request and keeps its answer; when an earlier
// request had the same id and digest, the earlier answer is returned and nothing
// is done. An empty id is done every time. It fails as idempotency.Claim does.
func (t Tx) Once(method, requestID string, digest []byte, do func() ([]byte, error)) ([]byte, error) {
	prior, found, err := idempotency.Claim(t.tx, method, requestID, digest)
	if err != nil || found {
		return prior, err
	}
	out, err := do()
	if err != nil {
		return nil, err
	}
	return out, idempotency.Keep(t.tx, method, requestID, digest, out)
}
