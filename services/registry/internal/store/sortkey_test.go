package store

import (
	"slices"
	"strings"
	"testing"

	"xinju.dev/services/testkit"
)

func TestSortKeysFollowTheHouseNumbersAndHideTheWords(t *testing.T) {
	s := New(testkit.SQLite(t), sealer(t), encoders())
	inOrder := []string{"幸福路3号1幢201室", "幸福路3号1幢1001室", "幸福路3号2幢101室", "幸福路２０号", "幸福路100号"}
	var keys []string
	for _, a := range inOrder {
		k := s.sortKey(villageA, a)
		if strings.Contains(k, "幸福") || len(k) > 64 {
			t.Errorf("%q", k)
		}
		keys = append(keys, k)
	}
	if !slices.IsSorted(keys) {
		t.Errorf("%q", keys)
	}
	if s.sortKey(villageA, inOrder[0])[:4] == s.sortKey(villageB, inOrder[0])[:4] {
		t.Error("a road of one village can be told in another")
	}
}
