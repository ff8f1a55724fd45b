package policy

import "testing"

func TestTheBuiltInPacksCompileAndTheirCasesPass(t *testing.T) {
	c, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Packs()) != 7 {
		t.Fatalf("packs: %d", len(c.Packs()))
	}
}
