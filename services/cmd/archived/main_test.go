package main

import (
	"errors"
	"strings"
	"testing"
)

func TestHowContactsAreSealed(t *testing.T) {
	key := strings.Repeat("c4", 32)
	for _, tc := range []struct {
		name string
		s    sealing
		want error
		as   string
	}{
		{"plain asks for nothing", sealing{Suite: "plain"}, nil, "seal: plain suite"},
		{"aes takes a key", sealing{Suite: "aes", Key: key}, nil, "seal: AES-256-GCM suite"},
		{"aes without one is refused", sealing{Suite: "aes"}, errKey, ""},
		{"so is a key that is too short", sealing{Suite: "aes", Key: key[2:]}, errKey, ""},
		{"and one that is not hexadecimal", sealing{Suite: "aes", Key: "zz" + key[2:]}, errKey, ""},
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
