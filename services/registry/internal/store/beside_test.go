package store

import (
	"errors"
	"slices"
	"testing"
)

func TestWhatIsWrittenBesideKeepsItsOrder(t *testing.T) {
	for name, fresh := range map[string]int{"a small call": 1, "a large call": aside} {
		t.Run(name, func(t *testing.T) {
			b := &batch{fresh: fresh}
			var got, want []int
			for i := range 50 {
				want = append(want, i)
				if err := b.beside(func() error { got = append(got, i); return nil }); err != nil {
					t.Fatal(err)
				}
			}
			if err := b.rest(); err != nil || !slices.Equal(got, want) {
				t.Errorf("written %v, %v", got, err)
			}
		})
	}
}

func TestAfterAFailureNothingMoreIsWrittenBeside(t *testing.T) {
	b := &batch{fresh: aside}
	failed := errors.New("the disk is full")
	written := 0
	for i := range 50 {
		write := func() error { written++; return nil }
		if i == 3 {
			write = func() error { return failed }
		}
		if err := b.beside(write); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.rest(); !errors.Is(err, failed) || written != 3 {
		t.Errorf("%d written, %v", written, err)
	}
	if err := b.rest(); err != nil {
		t.Errorf("told twice: %v", err)
	}
}
