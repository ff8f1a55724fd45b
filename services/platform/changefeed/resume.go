package changefeed

import (
	"fmt"
	"strconv"
	"strings"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/wire"
)

const resume = "feed.resume"

// token is epoch and position of a reader with a filter, in one opaque text.
func (f Filter) token(epoch string, position int64) string {
	return page.Encode(f.bound(resume), fmt.Sprintf("%s %d", epoch, position))
}

// asked is what ReadChanges and WatchChanges have in common.
type asked interface {
	GetEpoch() string
	GetAfter() int64
	GetKinds() []feedv1.FactKind
	GetDivision() string
	GetResumeToken() string
}

// begin reads from where a reader goes on, and through which filter. It fails
// with FIELD_INVALID and PAGE_TOKEN_INVALID.
func begin(req asked) (epoch string, after int64, f Filter, err error) {
	f, err = FilterOf("", req.GetKinds(), req.GetDivision())
	if err != nil {
		return "", 0, f, err
	}
	token := req.GetResumeToken()
	if token == "" {
		return req.GetEpoch(), req.GetAfter(), f, nil
	}
	var c wire.Check
	if req.GetEpoch() != "" || req.GetAfter() != 0 {
		c.Refuse("resume_token", "与 epoch、after 只能取一 not together with epoch and after")
		return "", 0, f, c.Err()
	}
	text, err := page.Decode(f.bound(resume), token)
	if err != nil {
		return "", 0, f, err
	}
	epoch, rest, _ := strings.Cut(text, " ")
	if after, err = strconv.ParseInt(rest, 10, 64); err != nil {
		return "", 0, f, page.ErrToken
	}
	return epoch, after, f, nil
}

// FilterOf reads a filter from the fields of a message, prefix of the message
// that holds them ("" for the request itself). It fails with FIELD_INVALID.
func FilterOf(prefix string, kinds []feedv1.FactKind, division string) (Filter, error) {
	c := wire.At(prefix)
	f := Filter{Division: c.Division("division", division, !wire.Required)}
	for i, k := range kinds {
		f.Kinds = append(f.Kinds, int32(c.Enum(fmt.Sprintf("kinds[%d]", i), int32(k), feedv1.FactKind_name, wire.Required)))
	}
	return f.Normal(), c.Err()
}

func factsOf(in []Fact) ([]*feedv1.Fact, error) {
	var out []*feedv1.Fact
	for i := range in {
		f, err := ProtoOf(&in[i])
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

func skippedOf(in []Range) (out []*feedv1.SkippedRange) {
	for _, r := range in {
		out = append(out, &feedv1.SkippedRange{First: r.First, Last: r.Last})
	}
	return out
}
