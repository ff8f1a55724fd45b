package store

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/seal"
	"xinju.dev/services/registry/internal/core"
)

// TestATokenOfAListShowsNoAddress: tokens stand in URLs. Whoever has the keys of
// the database reads them, after a restart too, and nobody else.
func TestATokenOfAListShowsNoAddress(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		var events []core.Event
		for i, house := range []int{20, 21} {
			e := arrive(fmt.Sprint(i), i, "2025-03-01")
			e.Address = fmt.Sprintf("幸福路%d号301室", house)
			events = append(events, e)
		}
		feed(t, s, events...)
		f := core.ResidentFilter{Division: "990101000000", Day: civil.Must("2025-04-01")}
		first, token, err := s.ListResidents(t.Context(), f, page.Query{Size: 1})
		if err != nil || token == "" {
			t.Fatalf("%q, %v", token, err)
		}
		raw, err := base64.RawURLEncoding.DecodeString(token)
		for _, secret := range []string{"990101", "301", first[0].ID, first[0].Stays[0].ID} {
			if err != nil || bytes.Contains(raw, []byte(secret)) {
				t.Errorf("%q can be read in %s, %v", secret, raw, err)
			}
		}
		restarted := New(s.db, s.seal, s.encode)
		if list, _, err := restarted.ListResidents(t.Context(), f, page.Query{Size: 1, Token: token}); err != nil || len(list) != 1 || list[0].ID == first[0].ID {
			t.Errorf("after a restart: %v, %v", list, err)
		}
		keys, err := seal.NewPlain([]byte(strings.Repeat("o", 32)))
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := New(s.db, keys, s.encode).ListResidents(t.Context(), f, page.Query{Size: 1, Token: token}); !errors.Is(err, page.ErrToken) {
			t.Errorf("under other keys: %v, want ErrToken", err)
		}
	})
}
