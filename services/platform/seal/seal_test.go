package seal_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"xinju.dev/services/platform/seal"

	"pgregory.net/rapid"
)

func key(b byte) []byte { return bytes.Repeat([]byte{b}, 32) }

func suites(t *testing.T) map[string]seal.Sealer {
	t.Helper()
	p, err := seal.NewPlain(key(1))
	if err != nil {
		t.Fatal(err)
	}
	a, err := seal.NewAES(key(1), seal.Key{Version: 1, Secret: key(2)}, seal.Key{Version: 7, Secret: key(3)})
	if err != nil {
		t.Fatal(err)
	}
	return map[string]seal.Sealer{"plain": p, "aes": a}
}

func TestWhatIsSealedOpensAtItsPlace(t *testing.T) {
	for name, s := range suites(t) {
		t.Run(name, rapid.MakeCheck(func(t *rapid.T) {
			table, row, field := rapid.String().Draw(t, "table"), rapid.String().Draw(t, "row"), rapid.String().Draw(t, "field")
			plain := rapid.SliceOf(rapid.Byte()).Draw(t, "plain")
			sealed, err := s.Seal(table, row, field, plain)
			if err != nil {
				t.Fatal(err)
			}
			got, err := s.Open(table, row, field, sealed)
			if err != nil || !bytes.Equal(got, plain) {
				t.Fatalf("opened %d bytes of %d, %v", len(got), len(plain), err)
			}
		}))
	}
}

func TestAnIndexIsEqualForEqualValuesOfOneFieldOnly(t *testing.T) {
	for name, s := range suites(t) {
		t.Run(name, func(t *testing.T) {
			a := s.Index("number", []byte("12345"))
			if len(a) != seal.IndexSize || !bytes.Equal(a, s.Index("number", []byte("12345"))) {
				t.Error("the same value has two indexes, or one of a wrong size")
			}
			for _, other := range [][]byte{s.Index("number", []byte("12346")), s.Index("phone", []byte("12345")), s.Index("number1", []byte("2345"))} {
				if bytes.Equal(a, other) {
					t.Error("two values share an index")
				}
			}
		})
	}
	again, err := seal.NewPlain(key(9))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(again.Index("number", []byte("12345")), suites(t)["plain"].Index("number", []byte("12345"))) {
		t.Error("the index does not depend on its key")
	}
}

func TestASealedValueIsBoundToItsPlaceAndUndamaged(t *testing.T) {
	s := suites(t)["aes"]
	sealed, err := s.Seal("resident", "R1", "name", []byte("canary-value"))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(sealed, []byte("canary")) {
		t.Error("the value can be read in its sealed form")
	}
	for _, place := range [][3]string{{"guardian", "R1", "name"}, {"resident", "R2", "name"}, {"resident", "R1", "phone"}, {"residentR", "1", "name"}} {
		if _, err := s.Open(place[0], place[1], place[2], sealed); !errors.Is(err, seal.ErrSealed) {
			t.Errorf("opened at %v: %v", place, err)
		}
	}
	for i := range sealed {
		broken := bytes.Clone(sealed)
		broken[i] ^= 1
		if _, err := s.Open("resident", "R1", "name", broken); !errors.Is(err, seal.ErrSealed) {
			t.Errorf("opened with byte %d changed: %v", i, err)
		}
		if _, err := s.Open("resident", "R1", "name", sealed[:i]); i > 0 && !errors.Is(err, seal.ErrSealed) {
			t.Errorf("opened %d bytes: %v", i, err)
		}
	}
	twice, err := s.Seal("resident", "R1", "name", []byte("canary-value"))
	if err != nil || bytes.Equal(sealed, twice) {
		t.Error("equal values can be seen to be equal")
	}
}

func TestOldValuesOpenAfterANewKeyAndCanBeFound(t *testing.T) {
	before, err := seal.NewAES(key(1), seal.Key{Version: 1, Secret: key(2)})
	if err != nil {
		t.Fatal(err)
	}
	old, err := before.Seal("resident", "R1", "name", []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	after, err := seal.NewAES(key(1), seal.Key{Version: 1, Secret: key(2)}, seal.Key{Version: 2, Secret: key(3)})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := after.Open("resident", "R1", "name", old); err != nil || string(got) != "x" {
		t.Errorf("open: %q, %v", got, err)
	}
	fresh, err := after.Seal("resident", "R1", "name", []byte("x"))
	if err != nil || after.Current(old) || !after.Current(fresh) {
		t.Errorf("current: old %t, new %t, %v", after.Current(old), after.Current(fresh), err)
	}
	if _, err := before.Open("resident", "R1", "name", fresh); !errors.Is(err, seal.ErrSealed) {
		t.Errorf("opened without its key: %v", err)
	}
}

func TestOneSuiteRefusesTheValuesOfTheOther(t *testing.T) {
	s := suites(t)
	for name, other := range map[string]string{"plain": "aes", "aes": "plain"} {
		sealed, err := s[name].Seal("t", "r", "f", []byte("x"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s[other].Open("t", "r", "f", sealed); !errors.Is(err, seal.ErrSealed) {
			t.Errorf("%s opened %s: %v", other, name, err)
		}
	}
}

func TestBadKeysAreRefused(t *testing.T) {
	good := seal.Key{Version: 1, Secret: key(2)}
	for name, make := range map[string]func() error{
		"a short index key": func() error { _, err := seal.NewPlain(key(1)[:31]); return err },
		"no key":            func() error { _, err := seal.NewAES(key(1)); return err },
		"a short key":       func() error { _, err := seal.NewAES(key(1), seal.Key{Version: 1, Secret: key(2)[:16]}); return err },
		"a version twice":   func() error { _, err := seal.NewAES(key(1), good, good); return err },
		"a short index":     func() error { _, err := seal.NewAES(key(1)[:8], good); return err },
	} {
		if err := make(); !errors.Is(err, seal.ErrKey) {
			t.Errorf("%s: %v, want ErrKey", name, err)
		}
	}
}

func TestASuiteDoesNotPrintItsKeys(t *testing.T) {
	secret := bytes.Repeat([]byte("K"), 32)
	p, err := seal.NewPlain(secret)
	if err != nil {
		t.Fatal(err)
	}
	a, err := seal.NewAES(secret, seal.Key{Version: 1, Secret: secret})
	if err != nil {
		t.Fatal(err)
	}
	out := fmt.Sprintf("%v %+v %#v %s %v %+v %#v %s", p, p, p, p, a, a, a, a)
	if strings.Contains(out, "KKK") || strings.Contains(out, "75 75") || strings.Contains(out, "0x4b") {
		t.Error("a key was printed")
	}
}
