package intake

import (
	"context"
	"slices"
	"strings"

	"xinju.dev/services/platform/rowfile"
)

// fits reports that the profile chooses a sender by itself.
func (p *Profile) fits(sender string) bool { return FitsSender(p.Senders, sender) }

// FitsSender reports that a pattern of Profile.Senders means a sender.
func FitsSender(pattern, sender string) bool {
	if head, open := strings.CutSuffix(pattern, "*"); open {
		return strings.HasPrefix(sender, head)
	}
	return pattern != "" && pattern == sender
}

// hints is what is known of a file before it is looked at: what the header says
// wins over the profile.
func (h Header) hints(p *Profile) (rowfile.Hints, error) {
	out := h.Hints
	given, err := rowfile.ParseEncoding(h.Encoding)
	if err != nil {
		return out, err
	}
	if given != "" {
		out.Encoding = given
	}
	if p == nil {
		return out, nil
	}
	if out.Format != "" && p.Hints.Format != "" && out.Format != p.Hints.Format {
		return out, nil // the profile speaks of another kind of file
	}
	from := p.Hints
	out.Format = first(out.Format, from.Format)
	out.Encoding = first(out.Encoding, from.Encoding)
	out.Delimiter = first(out.Delimiter, from.Delimiter)
	out.Sheet = first(out.Sheet, from.Sheet)
	out.RowElement = first(out.RowElement, from.RowElement)
	out.DateSystem = first(out.DateSystem, from.DateSystem)
	out.NoQuotes = out.NoQuotes || from.NoQuotes
	if out.HeaderRow == 0 && !out.NoHeader {
		out.HeaderRow, out.NoHeader = from.HeaderRow, from.NoHeader
	}
	if len(out.Columns) == 0 {
		out.Columns = from.Columns
	}
	return out, nil
}

func first[T comparable](a, b T) T {
	var none T
	if a != none {
		return a
	}
	return b
}

// profile finds the profile of a file: the one that the header names, or the one
// that chooses the sender; of several the one that says most of its code.
func (in *Intake) profile(ctx context.Context, t Target, h Header) (*Profile, error) {
	switch {
	case h.Profile == DefaultProfile, h.Profile == "" && in.Profiles == nil:
		return nil, nil //nolint:nilnil // no profile is an answer
	case in.Profiles == nil:
		return nil, ErrProfileNotFound
	case h.Profile != "":
		p, err := in.Profiles.FeedProfile(ctx, h.Profile)
		switch {
		case err != nil:
			return nil, err
		case p.Target != t.Name(), p.Senders != "" && !p.fits(h.Sender):
			return nil, ErrProfileOther
		}
		return &p, nil
	}
	list, err := in.Profiles.ProfilesFor(ctx, t.Name(), h.Sender)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	slices.SortFunc(list, func(a, b Profile) int { return weight(b) - weight(a) })
	if len(list) > 1 && weight(list[0]) == weight(list[1]) {
		return nil, ErrProfileAmbiguous.With("profiles", list[0].Name+"、"+list[1].Name)
	}
	return &list[0], nil
}

// weight is how much of a sender's code a pattern says; all of it is most.
func weight(p Profile) int {
	if strings.HasSuffix(p.Senders, "*") {
		return len(p.Senders) - 1
	}
	return 1 << 10
}

// probe begins to look at a file as its header and its profile say.
func (in *Intake) probe(ctx context.Context, t Target, h Header) (Probe, *Profile, error) {
	p, err := in.profile(ctx, t, h)
	if err != nil {
		return nil, nil, err
	}
	hints, err := h.hints(p)
	if err != nil {
		return nil, nil, err
	}
	probe, err := in.Format.Probe(hints)
	return probe, p, err
}
