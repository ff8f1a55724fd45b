package nip

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"xinju.dev/services/platform/civil"
)

// edited returns the embedded data with one replacement in one file.
func edited(t *testing.T, file, from, to string) fs.FS {
	t.Helper()
	out := fstest.MapFS{}
	sub, err := fs.Sub(embedded, "data")
	if err != nil {
		t.Fatal(err)
	}
	err = fs.WalkDir(sub, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(sub, p)
		if p == file {
			if !strings.Contains(string(b), from) {
				t.Fatalf("%s does not contain %q", file, from)
			}
			b = []byte(strings.Replace(string(b), from, to, 1))
		}
		out[p] = &fstest.MapFile{Data: b}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestTheDataAsTheyAreLoad(t *testing.T) {
	if _, err := Load(edited(t, "settings.yaml", "grace_days", "grace_days")); err != nil {
		t.Errorf("Load: %v", err)
	}
}

func TestChangedDataHaveAnotherDigest(t *testing.T) {
	base := schedule(t)
	load := func(file, from, to string) *Schedule {
		s, err := Load(edited(t, file, from, to))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if same := load("settings.yaml", "grace_days", "grace_days"); same.Digest() != base.Digest() || base.In("11").Digest() != base.Digest() {
		t.Error("the same data have two digests")
	}
	for file, c := range map[string][2]string{
		"editions/cn-nip-2021.yaml":  {"product: DT, accept: [DT, DTaP, DTaP-Hib, DTaP-IPV/Hib], age: 6y", "product: DT, accept: [DT, DTaP, DTaP-Hib, DTaP-IPV/Hib], age: 5y"},
		"editions/cn-nip-2025b.yaml": {"born_from: 2011-11-11", "born_from: 2011-11-10"},
		"products.yaml":              {"label_ages: [2m, 3m, 4m, 18m]", "label_ages: [2m, 3m, 4m, 17m]"},
		"settings.yaml":              {"value: 1m", "value: 2m"},
	} {
		if load(file, c[0], c[1]).Digest() == base.Digest() {
			t.Errorf("%s is not part of the digest", file)
		}
	}
	same, other := base.With(base.Settings()), base.Settings()
	other.GraceDays++
	if base.With(other).Digest() == same.Digest() || base.With(base.Settings()).Digest() != same.Digest() {
		t.Error("the readings are not part of the digest")
	}
}

func TestSlipsInTheDataAreRefused(t *testing.T) {
	const e21, e25, e26 = "editions/cn-nip-2021.yaml", "editions/cn-nip-2025b.yaml", "editions/cn-nip-2026.yaml"
	for _, c := range []struct{ name, file, from, to, says string }{
		{"an unknown key in an edition", e21, "since_first: 4m", "since_frist: 4m", "since_frist"},
		{"an unknown key in a product", "products.yaml", "chinese: 卡介苗", "chinesisch: 卡介苗", "chinesisch"},
		{"an unknown key in the settings", "settings.yaml", "grace_days:", "grace:", "grace"},
		{"a second document", "guidance.yaml", "guidance:", "guidance: []\n---\nguidance:", "more than one document"},
		{"a setting without a value", "settings.yaml", "value: 28d", "note: none", "live_spacing: value missing"},
		{"a period that is none", e21, "interval: 28d", "interval: 28", "28d, 6m, 4y"},
		{"a date that is none", e21, "valid_from: 2021-03-01", "valid_from: 2021-02-30", "date"},
		{"an item without a source", e21, "source: 2021 edition, BCG section", "note: none", `series "BCG": source missing`},
		{"a confidence of its own making", e21, "confidence: sourced", "confidence: certain", "certain"},
		{"an unknown product", e21, "product: JE-L, age: 8m", "product: JE-X, age: 8m", "JE-X"},
		{"a product of another series", e21, "accept: [JE-L]", "accept: [MMR]", "MMR"},
		{"doses out of order", e21, "{dose: 2, product: HepB", "{dose: 3, product: HepB", "stands in place 2"},
		{"a dose without an interval", e21, "product: HepB, age: 1m, interval: 28d", "product: HepB, age: 1m", "interval"},
		{"a deadline before the age", e21, "age: 6m, interval: 60d, since_first: 4m, before: 12m", "age: 6m, interval: 60d, before: 5m", "before is not later"},
		{"a dose younger than the one before", e21, "product: IPV, age: 3m", "product: IPV, age: 1m", "younger"},
		{"catch-up steps that do not match the doses", e21, "- {total: 4, remaining: 1, interval: 12m, before: 7y}", "", "one step for each dose"},
		{"a condition nobody knows", e21, "reason: NEEDS_NEGATIVE_PPD", "reason: IF_POSSIBLE", "IF_POSSIBLE"},
		{"a series that follows a later one", e21, "after: {series: MenA", "after: {series: HepA", "not listed before"},
		{"a gap between editions", e25, "valid_to: 2026-06-16", "valid_to: 2026-06-15", "day before"},
		{"an end of the last edition", e26, "valid_from: 2026-06-17", "valid_from: 2026-06-17\nvalid_to: 2030-01-01", "no valid_to"},
		{"an edition that extends another", e26, "extends: CN-NIP-2025B", "extends: CN-NIP-2021", "extends"},
		{"an edition in the wrong file", e26, "id: CN-NIP-2026", "id: CN-NIP-2027", "holds edition"},
		{"a province that begins too late", e25, "start: 2026-01-09", "start: 2026-07-01", "outside the edition"},
		{"tracks that change between editions", e26, "- id: conjugate-early", "- id: conjugate-soon", "tracks differ"},
		{"a product listed twice", "products.yaml", "id: IPV", "id: BCG", "listed twice"},
		{"a code given twice", "products.yaml", `codes: ["0101"]`, `codes: ["0201"]`, "0201"},
		{"a product for no series", "products.yaml", "counts_for: [{series: BCG}]", "counts_for: [{series: BCT}]", "BC"},
		{"guidance on an unknown series", "guidance.yaml", "series: [Polio]", "series: [Pollen]", "Pollen"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Load(edited(t, c.file, c.from, c.to))
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("Load: %v, want an error that says %q", err, c.says)
			}
		})
	}
}

func TestEditionsFollowEachOther(t *testing.T) {
	var got []string
	for _, e := range schedule(t).Editions() {
		got = append(got, e.ID+" "+e.From.String()+" "+e.To.String())
	}
	want := "CN-NIP-2021 2021-03-01 2024-12-31|CN-NIP-2025A 2025-01-01 2025-11-09|CN-NIP-2025B 2025-11-10 2026-06-16|CN-NIP-2026 2026-06-17 "
	if g := strings.Join(got, "|"); g != want {
		t.Errorf("editions %s, want %s", g, want)
	}
}

func TestProductsAreFoundByAbbreviationAndCode(t *testing.T) {
	s := schedule(t)
	for key, want := range map[string]string{"DTaP-IPV/Hib": "DTaP-IPV/Hib", "5001": "DTaP-IPV/Hib", "1803": "JE-I", "0311": "bOPV"} {
		if p, ok := s.Product(key); !ok || p.ID != want {
			t.Errorf("Product(%q) = %q, %v, want %q", key, p.ID, ok, want)
		}
	}
	if _, ok := s.Product("9999"); ok {
		t.Error("Product(9999) was found")
	}
	// Nothing is given to people without its Chinese name.
	for _, p := range s.Products() {
		if p.Chinese == "" {
			t.Errorf("%s has no Chinese name", p.ID)
		}
	}
}

func TestEveryStatusAndReasonHasItsWords(t *testing.T) {
	for st := NotDue; st <= Closed; st++ {
		if st.String() == "" || st.Chinese() == "" {
			t.Errorf("status %d has no words", st)
		}
	}
	for _, r := range []Reason{BeforeBirth, MinAge, MinInterval, LiveTooSoon, WrongProduct, Extra, NeedsNegativePPD, AgedOut} {
		if r.Chinese() == "" {
			t.Errorf("reason %s has no Chinese", r)
		}
	}
}

func FuzzPeriod(f *testing.F) {
	for _, s := range []string{"28d", "6m", "4y", "", "m", "-1d", "999999999999999999y"} {
		f.Add(s)
	}
	birth := civil.Must("2024-01-31")
	f.Fuzz(func(t *testing.T, text string) {
		var p Period
		if p.UnmarshalText([]byte(text)) != nil {
			return
		}
		var again Period
		if err := again.UnmarshalText([]byte(p.String())); err != nil || again != p {
			t.Fatalf("%q reads as %v, whose text %q reads as %v (%v)", text, p, p.String(), again, err)
		}
		if day := p.After(birth); day < birth || day > birth.AddMonths(maxMonths) {
			t.Fatalf("%q after %s is %s", text, birth, day)
		}
	})
}
