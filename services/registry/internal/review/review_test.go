package review

import (
	"errors"
	"testing"
	"time"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/registry/internal/core"
	"xinju.dev/services/registry/internal/match"
)

var (
	monday  = time.Date(2026, 6, 29, 1, 0, 0, 0, time.UTC)
	tuesday = monday.Add(24 * time.Hour)
	today   = civil.Must("2026-06-29")
)

func about(n byte) Cause { return Cause{Content: Digest{n}, Priority: Normal} }

func pairWith(n byte, rules ...match.Rule) Cause {
	return Cause{Content: Digest{n}, Priority: High, Rules: rules}
}

func TestAnItemGoesFromStateToState(t *testing.T) {
	decide := func(v Verdict) func(*testing.T, *Item) {
		return func(t *testing.T, i *Item) {
			if err := i.Decide(v, today.AddDays(7), today, tuesday); err != nil {
				t.Fatal(err)
			}
			if v == Merge {
				i.MergeEvent = "E"
			}
		}
	}
	seen := func(c Cause) func(*testing.T, *Item) {
		return func(_ *testing.T, i *Item) { i.Seen(c, tuesday) }
	}
	gone := func(_ *testing.T, i *Item) { i.Vanished() }
	type steps []func(*testing.T, *Item)
	const flag = "OVERLAPPING_STAYS"
	for _, c := range []struct {
		name  string
		kind  string
		steps steps
		want  State
	}{
		{"a flag opens", flag, steps{seen(about(1))}, Open},
		{"a flag that is gone closes by itself", flag, steps{seen(about(1)), gone}, Gone},
		{"and opens when it comes back, since nobody looked", flag, steps{seen(about(1)), gone, seen(about(1))}, Open},
		{"who looked at it is not asked again", flag, steps{seen(about(1)), decide(LookedAt), seen(about(1))}, Resolved},
		{"nor when it goes and comes back", flag, steps{seen(about(1)), decide(LookedAt), gone, seen(about(1))}, Resolved},
		{"but when it is about something else", flag, steps{seen(about(1)), decide(LookedAt), seen(about(2))}, Open},
		{"also after it was gone", flag, steps{seen(about(1)), decide(LookedAt), gone, seen(about(2))}, Open},
		{"two persons are not proposed again", Duplicate, steps{seen(pairWith(1)), decide(AreTwo), seen(pairWith(1, match.SamePerson))}, NotSame},
		{"nor after the score fell and rose", Duplicate, steps{seen(pairWith(1)), decide(AreTwo), gone, seen(pairWith(1))}, NotSame},
		{"but when a document says so", Duplicate, steps{seen(pairWith(1)), decide(AreTwo), seen(pairWith(2, match.SameNumber))}, Open},
		{"not by the document that was looked at", Duplicate, steps{seen(pairWith(2, match.SameNumber)), decide(AreTwo), seen(pairWith(2, match.SameNumber))}, NotSame},
		{"nor when the document that was looked at is gone", Duplicate, steps{seen(pairWith(2, match.SameNumber)), decide(AreTwo), seen(pairWith(1))}, NotSame},
		{"a merged pair stays merged when one of them is gone", Duplicate, steps{seen(pairWith(1)), decide(Merge), gone}, Merged},
		{"and opens when they stand apart again", Duplicate, steps{seen(pairWith(1)), decide(Merge), gone, seen(pairWith(1))}, Open},
		{"an undone merge is open", Duplicate, steps{seen(pairWith(1)), decide(Merge), decide(UndoMerge)}, Open},
		{"a wrong same of a list is two persons", Listed, steps{seen(about(1)), decide(Merge), decide(UndoMerge)}, NotSame},
		{"two persons may be merged after all", Duplicate, steps{seen(pairWith(1)), decide(AreTwo), decide(Merge)}, Merged},
		{"put off is open", flag, steps{seen(about(1)), decide(AskLater)}, Open},
	} {
		t.Run(c.name, func(t *testing.T) {
			i := &Item{Kind: c.kind}
			for _, step := range c.steps {
				step(t, i)
			}
			if i.State != c.want {
				t.Errorf("state %d, want %d", i.State, c.want)
			}
		})
	}
}

func TestDecisionsThatDoNotFitAreRefused(t *testing.T) {
	for _, c := range []struct {
		name  string
		item  Item
		v     Verdict
		until civil.Date
	}{
		{"merge of a flag", Item{Kind: "X", State: Open}, Merge, 0},
		{"a flag is not two persons", Item{Kind: "X", State: Open}, AreTwo, 0},
		{"a pair is not looked at only", Item{Kind: Duplicate, State: Open}, LookedAt, 0},
		{"resolved twice", Item{Kind: "X", State: Resolved}, LookedAt, 0},
		{"merge of what is gone", Item{Kind: Duplicate, State: Gone}, Merge, 0},
		{"nothing to undo", Item{Kind: Duplicate, State: Open}, UndoMerge, 0},
		{"a merge that this queue did not make", Item{Kind: Duplicate, State: Merged}, UndoMerge, 0},
		{"put off until today", Item{Kind: "X", State: Open}, AskLater, today},
		{"put off for ever", Item{Kind: "X", State: Open}, AskLater, today.AddDays(367)},
		{"put off without a day", Item{Kind: "X", State: Open}, AskLater, 0},
		{"no verdict", Item{Kind: "X", State: Open}, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			was := c.item.State
			if err := c.item.Decide(c.v, c.until, today, monday); !errors.Is(err, ErrUnfit) || c.item.State != was {
				t.Errorf("%v, state %d", err, c.item.State)
			}
		})
	}
}

func TestWhatIsPutOffShowsWhenItIsAboutSomethingElse(t *testing.T) {
	i := &Item{Kind: "X"}
	i.Seen(about(1), monday)
	if err := i.Decide(AskLater, today.AddDays(30), today, monday); err != nil || i.HiddenUntil != today.AddDays(30) {
		t.Fatal(err, i.HiddenUntil)
	}
	if i.Seen(about(1), tuesday) || i.HiddenUntil == civil.None {
		t.Error("the same cause changes nothing")
	}
	if !i.Seen(about(2), tuesday) || i.HiddenUntil != civil.None {
		t.Error("another cause shows")
	}
}

func TestAFlagIsAboutWhatItNamesAndNothingElse(t *testing.T) {
	r := &core.Resident{}
	r.Name, r.Phone = "王伟", "13900000001"
	r.Stays = []core.Stay{
		{Division: "990101001001", Arrived: civil.Must("2024-01-01"), Left: civil.Must("2024-06-30")},
		{Division: "990101001002", Arrived: civil.Must("2024-05-01"), Left: civil.Must("2024-12-31")},
	}
	overlap := OfFlag("OVERLAPPING_STAYS", r).Content
	later := *r
	later.Phone = "13900000002"
	later.Stays = append(append([]core.Stay{}, r.Stays...), core.Stay{Division: "990101001001", Arrived: civil.Must("2025-01-01")})
	if OfFlag("OVERLAPPING_STAYS", &later).Content != overlap {
		t.Error("a stay that overlaps no other is nothing to look at")
	}
	later.Stays[2].Arrived = civil.Must("2024-12-01")
	if OfFlag("OVERLAPPING_STAYS", &later).Content == overlap {
		t.Error("a third stay that overlaps is")
	}
	if a, b := OfFlag("DOCUMENT_CONTRADICTS", r), OfFlag("DOCUMENT_CONTRADICTS", &later); a.Content != b.Content || a.Priority != High {
		t.Error("stays and telephone say nothing of a person's document")
	}
	later.Name = "王玮"
	if OfFlag("NAME_PRIVATE_USE", r).Content == OfFlag("NAME_PRIVATE_USE", &later).Content {
		t.Error("another name")
	}
	if OfFlag("SOMETHING_NEW", r).Priority != Normal {
		t.Error("flags that are not known yet are kept")
	}
}

func TestHomeIsWhereSomebodyLivesNowOrLivedLast(t *testing.T) {
	stay := func(division, from, left string) core.Stay {
		s := core.Stay{Division: division, Arrived: civil.Must(from)}
		if left != "" {
			s.Left = civil.Must(left)
		}
		return s
	}
	for _, c := range []struct {
		name  string
		stays []core.Stay
		want  string
	}{
		{"nowhere", nil, ""},
		{"now", []core.Stay{stay("a", "2024-01-01", "2024-12-31"), stay("b", "2025-01-01", "")}, "b"},
		{"still there although a later stay ended", []core.Stay{stay("a", "2024-01-01", ""), stay("b", "2025-01-01", "2025-02-01")}, "a"},
		{"last", []core.Stay{stay("a", "2024-01-01", "2024-12-31"), stay("b", "2025-01-01", "2025-02-01")}, "b"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Home(c.stays); got != c.want {
				t.Error(got)
			}
		})
	}
}

func TestEveryLevelHasWords(t *testing.T) {
	w, err := match.Default()
	if err != nil {
		t.Fatal(err)
	}
	for f, list := range w.Levels {
		for l := range list {
			if LevelText(l).Chinese == string(l) {
				t.Errorf("%s %s", f, l)
			}
		}
	}
	for l := range w.Name {
		if LevelText(l).Chinese == string(l) {
			t.Error(l)
		}
	}
	if _, ok := KindText("NO_SUCH"); ok {
		t.Error("an unknown kind")
	}
}
