package page_test

import (
	"errors"
	"testing"

	"xinju.dev/services/platform/page"

	"pgregory.net/rapid"
)

func TestASizeIsCoerced(t *testing.T) {
	for _, c := range []struct {
		name string
		ask  int
		want int
		err  error
	}{
		{"nothing asked is the default", 0, page.DefaultSize, nil},
		{"one is one", 1, 1, nil},
		{"the largest", page.MaxSize, page.MaxSize, nil},
		{"more than the largest is the largest", page.MaxSize + 1, page.MaxSize, nil},
		{"negative is refused", -1, 0, page.ErrSize},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := page.Query{Size: c.ask}.Limit()
			if got != c.want || !errors.Is(err, c.err) {
				t.Errorf("got %d, %v; want %d, %v", got, err, c.want, c.err)
			}
		})
	}
}

func TestATokenGivesItsKeyBackOnlyWithItsFilter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		filter, other := rapid.SliceOf(rapid.Byte()).Draw(t, "filter"), rapid.SliceOf(rapid.Byte()).Draw(t, "other")
		key := rapid.StringN(-1, -1, 1000).Draw(t, "key")
		token := page.Encode(filter, key)
		if got, err := (page.Query{Token: token}).Key(filter); err != nil || got != key {
			t.Fatalf("got %q, %v", got, err)
		}
		if string(other) != string(filter) {
			if _, err := page.Decode(other, token); !errors.Is(err, page.ErrToken) {
				t.Fatalf("another filter: %v, want ErrToken", err)
			}
		}
	})
}

func TestTheBoundaryOfFilterAndKeyIsPartOfTheToken(t *testing.T) {
	a := page.Encode([]byte("ab"), "c")
	if _, err := page.Decode([]byte("a"), a); !errors.Is(err, page.ErrToken) {
		t.Errorf("got %v, want ErrToken", err)
	}
}

func TestADamagedTokenIsRefused(t *testing.T) {
	token := page.Encode([]byte("filter"), "20260301-key")
	for i := range len(token) {
		c := byte('A')
		if token[i] == 'A' {
			c = 'B'
		}
		for _, bad := range []string{token[:i], token[:i] + string(c) + token[i+1:], token[:i] + "\n" + token[i:]} {
			if _, err := page.Decode([]byte("filter"), bad); !errors.Is(err, page.ErrToken) {
				t.Fatalf("%q: %v, want ErrToken", bad, err)
			}
		}
	}
}

func TestNoTokenIsTheFirstPage(t *testing.T) {
	if key, err := (page.Query{}).Key([]byte("filter")); key != "" || err != nil {
		t.Errorf("got %q, %v", key, err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("filter"), page.Encode([]byte("filter"), "key"))
	f.Add([]byte(""), "")
	f.Add([]byte("x"), "AQ")
	f.Fuzz(func(t *testing.T, filter []byte, token string) {
		if key, err := page.Decode(filter, token); err == nil && page.Encode(filter, key) != token {
			t.Errorf("two tokens for one key")
		}
	})
}
