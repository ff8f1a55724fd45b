package core

import (
	"regexp"
	"testing"

	"pgregory.net/rapid"
)

func TestTheFormsOfCodesAreThoseOfTheirPatterns(t *testing.T) {
	for name, c := range map[string]struct {
		form    func(string) bool
		pattern string
	}{
		"sender":   {senderForm, `^[A-Za-z0-9_-]{1,32}$`},
		"division": {divisionForm, `^[1-9][0-9]{5}([0-9]{6})?$`},
		"phone":    {phoneForm, `^[+0-9]{0,20}$`},
		"ethnic":   {ethnicForm, `^(0[1-9]|[1-4][0-9]|5[0-6]|97|98)?$`},
	} {
		t.Run(name, func(t *testing.T) {
			pattern := regexp.MustCompile(c.pattern)
			near := rapid.OneOf(rapid.StringMatching(c.pattern), rapid.StringMatching(`[0-9]{0,13}`), rapid.StringMatching(`[0-9+_a-zé\n-]{0,34}`), rapid.String())
			rapid.Check(t, func(t *rapid.T) {
				s := near.Draw(t, "s")
				if got, want := c.form(s), pattern.MatchString(s); got != want {
					t.Fatalf("%q: %v, the pattern says %v", s, got, want)
				}
			})
		})
	}
}
