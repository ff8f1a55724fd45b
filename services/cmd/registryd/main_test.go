package main

import (
	"errors"
	"strings"
	"testing"
)

func TestHowPersonsAreSealed(t *testing.T) {
	key, index := strings.Repeat("c4", 32), strings.Repeat("d5", 32)
	for _, tc := range []struct {
		name string
		s    sealing
		want error
		as   string
	}{
		{"plain asks for nothing", sealing{Suite: "plain"}, nil, "seal: plain suite"},
		{"plain takes an index key", sealing{Suite: "plain", Index: index}, nil, "seal: plain suite"},
		{"aes takes both keys", sealing{Suite: "aes", Key: key, Index: index}, nil, "seal: AES-256-GCM suite"},
		{"aes without an index key is refused", sealing{Suite: "aes", Key: key}, errIndex, ""},
		{"aes without a key is refused", sealing{Suite: "aes", Index: index}, errKey, ""},
		{"so is an index key that is too short", sealing{Suite: "plain", Index: index[2:]}, errIndex, ""},
		{"a key that nothing would be sealed with is refused", sealing{Suite: "plain", Key: key}, errPlainKey, ""},
		{"another suite is refused", sealing{Suite: "rot13"}, errSuite, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := tc.s.open()
			if !errors.Is(err, tc.want) {
				t.Fatalf("got %v, want %v", err, tc.want)
			}
			if s, ok := got.(interface{ String() string }); err == nil && (!ok || s.String() != tc.as) {
				t.Errorf("got %v", got)
			}
		})
	}
}
