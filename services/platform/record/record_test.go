package record_test

import (
	"bytes"
	"errors"
	"testing"

	"xinju.dev/services/platform/record"
)

func TestAnEtagIsTheVersion(t *testing.T) {
	for _, v := range []int64{1, 2, 1 << 40} {
		if got, err := record.ParseEtag(record.Base{Version: v}.Etag()); got != v || err != nil {
			t.Errorf("version %d came back as %d, %v", v, got, err)
		}
	}
	for _, bad := range []string{"", "0", "-1", "x", "1.5", "99999999999999999999"} {
		if _, err := record.ParseEtag(bad); !errors.Is(err, record.ErrEtag) {
			t.Errorf("%q: %v, want ErrEtag", bad, err)
		}
	}
}

func TestARequestIsKnownByItsPayload(t *testing.T) {
	a, same, b := record.NewRequest("1", []byte("a")), record.NewRequest("1", []byte("a")), record.NewRequest("1", []byte("b"))
	if !bytes.Equal(a.Digest, same.Digest) || bytes.Equal(a.Digest, b.Digest) || a.ID != "1" {
		t.Error("the digest is not one of the payload")
	}
}
