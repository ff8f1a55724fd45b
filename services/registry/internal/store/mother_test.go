package store

import (
	"strings"
	"testing"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/ident"
	"xinju.dev/services/registry/internal/core"
)

// motherOf reads who the feed says is the mother of the holder of a document.
func motherOf(t *testing.T, s *SQL, child ident.Document) string {
	t.Helper()
	id := lookup(t, s, child).ID
	for _, f := range all(t, s.Listers()["person"]) {
		if f.ID != id {
			continue
		}
		for _, other := range all(t, s.Listers()["person"]) {
			if other.ID != id && strings.Contains(string(f.Body), other.ID) {
				return other.ID
			}
		}
	}
	return ""
}

func born(id string, n int, mother ident.Document) core.Event {
	return about(id, n, core.Birth, "2026-01-05", func(e *core.Event) {
		e.Document, e.Division, e.MotherDocument, e.Name, e.HukouDivision = certificate(n), villageA, mother, "", ""
	})
}

func TestAMotherNamedByHerDocumentIsFoundWhenSheComes(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		mother := citizen(civil.Must("1990-01-01"), 2)
		feed(t, s, born("b1", 1, mother))
		if got := motherOf(t, s, certificate(1)); got != "" {
			t.Fatalf("a mother nobody knows: %s", got)
		}
		version := lookup(t, s, certificate(1)).Version
		feed(t, s, about("l", 1, core.Leave, "2026-02-01")) // of her, still waiting
		if got := motherOf(t, s, certificate(1)); got != "" {
			t.Fatalf("she has not arrived: %s", got)
		}
		id := feed(t, s, arrive("m", 1, "2025-03-01"))[0].ResidentID
		if got := motherOf(t, s, certificate(1)); got != id || lookup(t, s, certificate(1)).Version <= version {
			t.Fatalf("mother %q, not %q", got, id)
		}
		feed(t, s, born("b2", 2, mother))
		if got := motherOf(t, s, certificate(2)); got != id {
			t.Errorf("of the second child: %q", got)
		}
		feed(t, s, about("v", 1, core.Void, "2026-03-01", func(e *core.Event) { e.Replaces = "m" }))
		if a, b := motherOf(t, s, certificate(1)), motherOf(t, s, certificate(2)); a != "" || b != "" {
			t.Errorf("she never came, but is %q and %q", a, b)
		}
	})
}

func TestAMotherFollowsHerNumberAndTheCorrectionOfIt(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		wrong, right := citizen(civil.Must("1990-01-01"), 2), citizen(civil.Must("1990-01-01"), 4)
		id := feed(t, s, arrive("m", 1, "2025-03-01"))[0].ResidentID
		feed(t, s, born("b", 1, right))
		if got := motherOf(t, s, certificate(1)); got != "" {
			t.Fatalf("%q has another number", got)
		}
		feed(t, s, about("c", 1, core.Correct, "2026-03-01", func(e *core.Event) { e.Replaces, e.Document = "m", right }))
		if got := motherOf(t, s, certificate(1)); got != id {
			t.Errorf("after her number was put right: %q", got)
		}
		out := feed(t, s, about("d", 1, core.Correct, "2026-03-02", func(e *core.Event) {
			e.Replaces, e.Document, e.MotherDocument = "b", core.Document{}, wrong
		}))
		if got := motherOf(t, s, certificate(1)); got != "" {
			t.Errorf("after the row of the child was corrected (%s): %q", codes(out), got)
		}
	})
}

func TestADocumentOfTheMotherIsStoredSealedAndReadBack(t *testing.T) {
	e := born("b", 1, citizen(civil.Must("1990-01-01"), 2)).Normal()
	got, err := readEvent(e.Sender, e.ID, codeEvent(e), personal(e))
	if err != nil || got != e || strings.Contains(string(codeEvent(e)), e.MotherDocument.Number.Reveal()) {
		t.Errorf("%v", err)
	}
	if _, err := readEvent(e.Sender, e.ID, codeEvent(e), personal(e)[:len(personal(e))-4]); err == nil {
		t.Error("a cut event is read")
	}
	plain := e
	plain.MotherDocument = core.Document{}
	if plain.Digest() == e.Digest() {
		t.Error("the mother is not in the digest")
	}
}
