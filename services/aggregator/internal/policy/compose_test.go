package policy

import (
	"errors"
	"strings"
	"testing"

	"xinju.dev/services/nip"
)

func TestLoadedPacksLieOverBuiltInOnes(t *testing.T) {
	c := builtIn(t)
	p, _ := c.Pack("xiangan-2018")
	changed := strings.Replace(string(p.Source), "version: ", "version: 9", 1)
	next, err := Compose(c, []byte(changed), []byte(everything))
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := next.Pack("xiangan-2018"); got.Version == p.Version || len(next.Packs()) != len(c.Packs())+1 || next.Digest() == c.Digest() {
		t.Errorf("version %d, %d packs", got.Version, len(next.Packs()))
	}
	if same, err := Compose(c); err != nil || same.Digest() != c.Digest() {
		t.Errorf("nothing loaded: %v", err)
	}
	older, newer := everything, shaped("version: 2", "version: 3")
	for _, order := range [][]string{{older, newer}, {newer, older}} {
		if got, _ := composed(t, order...).Pack("test"); got.Version != 3 {
			t.Errorf("version %d of two", got.Version)
		}
	}
	for name, loaded := range map[string][]string{
		"one version with two contents": {everything, shaped("minimum: 20", "minimum: 21")},
		"another pack of the place":     {everything, shaped("id: test\n", "id: other\n")},
		"a file that is no pack":        {"id: ["},
		"a pack below one that is gone": {"id: town\nversion: 1\nname: {zh: 镇, en: town}\njurisdiction: \"990102100000\"\nextends: test\n"},
	} {
		var sources [][]byte
		for _, s := range loaded {
			sources = append(sources, []byte(s))
		}
		var problems Problems
		if _, err := Compose(c, sources...); !errors.As(err, &problems) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Compose(c, []byte(everything), []byte(shaped("id: test\n", "id: next\n", "valid_from: 2020-01-01", "valid_from: 2021-01-01", "valid_to: 2020-12-31\n", "", "by: 2020", "by: 2021"))); err != nil {
		t.Errorf("one after the other: %v", err)
	}
}

// A schedule that changed counts for as much as a pack that changed: everybody is
// derived anew under another digest.
func TestAChangedScheduleIsAnotherDigest(t *testing.T) {
	c := builtIn(t)
	set := c.schedule.Settings()
	set.GraceDays++
	changed := *c
	changed.schedule = c.schedule.With(set)
	if changed.Digest() == c.Digest() {
		t.Error("the schedule is not part of the digest")
	}
	all, err := nip.Default()
	if err != nil {
		t.Fatal(err)
	}
	if c.schedule.Digest() != all.Digest() {
		t.Error("not the schedule that the packs lean on")
	}
}

func TestACaseThatFailsIsReportedWithItsLine(t *testing.T) {
	r := builtIn(t).Check([]byte(shaped("on: 2020-06-01, eligible: true", "on: 2020-06-01, eligible: false")))
	if len(r.Cases) != 1 || len(r.Cases[0].Wrong) != 1 || r.Cases[0].Wrong[0].Line == 0 || len(r.Problems) != 1 || r.Cases[0].Name.Chinese != "成年" {
		t.Errorf("%+v", r)
	}
	if r := builtIn(t).Check([]byte(everything)); len(r.Cases) != 1 || len(r.Cases[0].Wrong) != 0 || r.Cases[0].Expect != 1 {
		t.Errorf("%+v", r.Cases)
	}
}
