package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFurtherSourcesAreReadFromOneSetting(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want extra
		bad  bool
	}{
		"none":               {"", extra{}, false},
		"one":                {"records=127.0.0.1:9200", extra{"records": "127.0.0.1:9200"}, false},
		"two with spaces":    {" records = a:1 , surveys=b:2,", extra{"records": "a:1", "surveys": "b:2"}, false},
		"without an address": {"records=", nil, true},
		"without a name":     {"=a:1", nil, true},
		"without a sign":     {"records", nil, true},
		"twice":              {"records=a:1,records=b:2", nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			var got extra
			err := got.UnmarshalText([]byte(c.text))
			if (err != nil) != c.bad {
				t.Fatalf("err = %v", err)
			}
			if !c.bad {
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
	addresses := map[string]string{"registry": "a:1"}
	if err := (extra{"registry": "b:2"}).addTo(addresses); err == nil || addresses["registry"] != "a:1" {
		t.Errorf("one of the five was replaced: %v, %v", addresses, err)
	}
	if err := (extra{"records": "b:2"}).addTo(addresses); err != nil || addresses["records"] != "b:2" {
		t.Errorf("%v, %v", addresses, err)
	}
}
