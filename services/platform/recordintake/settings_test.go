package recordintake

import (
	"errors"
	"strings"
	"testing"
)

func TestHowARecordServiceSeals(t *testing.T) {
	key := strings.Repeat("c4", 32)
	for _, tc := range []struct {
		name  string
		s     Sealing
		want  error
		as    string
		spool string
	}{
		{"plain asks for nothing", Sealing{Suite: "plain"}, nil, "seal: plain suite", ""},
		{"aes takes a key", Sealing{Suite: "aes", Key: key}, nil, "seal: AES-256-GCM suite", ""},
		{"aes without one is refused", Sealing{Suite: "aes"}, errKey, "", ""},
		{"so is a key that is too short", Sealing{Suite: "aes", Key: key[2:]}, errKey, "", ""},
		{"and one that is not hexadecimal", Sealing{Suite: "aes", Key: "zz" + key[2:]}, errKey, "", ""},
		{"a key that nothing would be sealed with is refused", Sealing{Suite: "plain", Key: key}, errPlainKey, "", ""},
		{"files need a key of the index too", Sealing{Suite: "aes", Key: key}, errIndex, "", "/spool"},
		{"and with it they are taken", Sealing{Suite: "aes", Key: key, Index: key}, nil, "seal: AES-256-GCM suite", "/spool"},
		{"another suite is refused", Sealing{Suite: "rot13"}, errSuite, "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := Options{Spool: tc.spool, Seal: tc.s}.Open()
			if !errors.Is(err, tc.want) {
				t.Fatalf("got %v, want %v", err, tc.want)
			}
			if s, ok := got.(interface{ String() string }); err == nil && (!ok || s.String() != tc.as) {
				t.Errorf("got %v", got)
			}
		})
	}
}
