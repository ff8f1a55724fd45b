package page_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"testing"

	"xinju.dev/services/platform/page"

	"pgregory.net/rapid"
)

func sealerOf(t testing.TB, secret byte) *page.Sealer {
	s, err := page.NewSealer(bytes.Repeat([]byte{secret}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestASealedTokenGivesItsKeyBackOnlyWithItsFilterAndSecret(t *testing.T) {
	ours, again, theirs := sealerOf(t, 1), sealerOf(t, 1), sealerOf(t, 2)
	rapid.Check(t, func(t *rapid.T) {
		filter, other := rapid.SliceOf(rapid.Byte()).Draw(t, "filter"), rapid.SliceOf(rapid.Byte()).Draw(t, "other")
		key := rapid.StringN(-1, -1, 1000).Draw(t, "key")
		q := page.Query{Token: ours.Encode(filter, key)}
		if got, err := again.Key(filter, q); err != nil || got != key {
			t.Fatalf("got %q, %v", got, err)
		}
		if again.Encode(filter, key) != q.Token {
			t.Fatal("two tokens for one key")
		}
		if !bytes.Equal(other, filter) {
			if _, err := ours.Key(other, q); !errors.Is(err, page.ErrToken) {
				t.Fatalf("another filter: %v, want ErrToken", err)
			}
		}
		if _, err := theirs.Key(filter, q); !errors.Is(err, page.ErrToken) {
			t.Fatalf("another secret: %v, want ErrToken", err)
		}
	})
}

func TestNothingOfAKeyStandsInASealedToken(t *testing.T) {
	const key = "990101001201/road-4f2a/000012/0301/01RESIDENT"
	s := sealerOf(t, 1)
	raw, err := base64.RawURLEncoding.DecodeString(s.Encode([]byte("filter"), key))
	if err != nil {
		t.Fatal(err)
	}
	for i := range len(key) - 3 {
		if bytes.Contains(raw, []byte(key[i:i+4])) {
			t.Errorf("%q stands in the token", key[i:i+4])
		}
	}
	// Keys that differ at their end give tokens that share nothing but the version:
	// no nonce seals two.
	other, err := base64.RawURLEncoding.DecodeString(s.Encode([]byte("filter"), key[:len(key)-1]+"X"))
	if err != nil || len(other) != len(raw) || bytes.Equal(other[1:13], raw[1:13]) {
		t.Errorf("one nonce for two keys: %v", err)
	}
	if a, b := s.Encode([]byte("ab"), "c"), s.Encode([]byte("a"), "bc"); a[:17] == b[:17] {
		t.Error("the boundary of filter and key is no part of the nonce")
	}
}

func TestADamagedSealedTokenIsRefused(t *testing.T) {
	s, filter := sealerOf(t, 1), []byte("filter")
	token := s.Encode(filter, "20260301-key")
	bad := []string{page.Encode(filter, "20260301-key"), "A", strings.Repeat("A", 1<<20)}
	for i := range len(token) {
		c := "A"
		if token[i] == 'A' {
			c = "B"
		}
		bad = append(bad, token[:i]+c+token[i+1:], token[:i]+"\n"+token[i:])
		if i > 0 {
			bad = append(bad, token[:i])
		}
	}
	for _, b := range bad {
		if _, err := s.Key(filter, page.Query{Token: b}); !errors.Is(err, page.ErrToken) {
			t.Fatalf("%.200q: %v, want ErrToken", b, err)
		}
	}
	if key, err := s.Key(filter, page.Query{}); key != "" || err != nil {
		t.Errorf("no token is the first page: %q, %v", key, err)
	}
}

func FuzzSealed(f *testing.F) {
	s := sealerOf(f, 1)
	f.Add([]byte("filter"), s.Encode([]byte("filter"), "key"))
	f.Add([]byte(""), "")
	f.Fuzz(func(t *testing.T, filter []byte, token string) {
		key, err := s.Key(filter, page.Query{Token: token})
		if err == nil && token != "" && s.Encode(slices.Clone(filter), key) != token {
			t.Errorf("two tokens for one key")
		}
	})
}

func BenchmarkSealed(b *testing.B) {
	s, filter := sealerOf(b, 1), []byte("members 990101000000 \"EHR03\" 737791 1")
	key := strings.Repeat("k", 150)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Key(filter, page.Query{Token: s.Encode(filter, key)}); err != nil {
			b.Fatal(err)
		}
	}
}
