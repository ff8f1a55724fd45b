package ident_test

import (
	"testing"

	"xinju.dev/services/platform/ident"
)

// 99 is nowhere in China: the numbers are invented.
func TestNumbersAreFoundInTexts(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want bool
	}{
		"a plain sentence":                  {"敲门三次无人应答，邻居说已搬走", false},
		"a telephone":                       {"电话 13900000000 无人接听", false},
		"two telephones":                    {"13900000000 13800000000", false},
		"a date and a house number":         {"2020-12-31 上门，3-2-501", false},
		"a number":                          {"身份证990101199003076538登记有误", true},
		"a number with a wrong check digit": {"990101199003076530", true},
		"a number that ends in X":           {"99010119900307002X", true},
		"a number of 15 digits":             {"(990101900307653)", true},
		"full-width digits":                 {"９９０１０１１９９００３０７６５３８", true},
		"parted by blanks":                  {"990101 19900307 653X", true},
		"parted by hyphens":                 {"990101-19900307-653X", true},
		"within a longer run":               {"0990101199003076538", true},
		"nothing":                           {"", false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := ident.InText(c.text); got != c.want {
				t.Errorf("got %t", got)
			}
		})
	}
}
