package edge

import (
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/type/date"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/services/platform/fault"
)

// manifestField reads one field of the manifest from the query of an upload:
// sequence, row_count, digest, content (EVENTS or SNAPSHOT), snapshot_date,
// period_from_date, period_until_date (2025-06-01) and signature (hex). known is
// false when there is no such field.
func manifestField(h *registryv1.FeedHeader, name, value string) (known bool, wrong *fault.Error) {
	m := h.GetManifest()
	if m == nil {
		m = &registryv1.FeedManifest{}
	}
	ok := true
	switch name {
	case "sequence":
		m.Sequence, ok = count(value)
	case "row_count":
		m.RowCount, ok = count(value)
	case "digest":
		m.Digest = value
	case "content":
		m.Content = registryv1.FeedContent(registryv1.FeedContent_value["FEED_CONTENT_"+strings.TrimPrefix(value, "FEED_CONTENT_")])
		ok = m.GetContent() != 0
	case "snapshot_date":
		m.SnapshotDate, ok = civilDate(value)
	case "period_from_date":
		m.PeriodFromDate, ok = civilDate(value)
	case "period_until_date":
		m.PeriodUntilDate, ok = civilDate(value)
	case "signature":
		var err error
		m.Signature, err = hex.DecodeString(value)
		ok = err == nil
	default:
		return false, nil
	}
	if !ok {
		return true, errJSON.On("manifest."+name, "格式不正确 malformed")
	}
	h.Manifest = m
	return true, nil
}

func count(value string) (int64, bool) {
	n, err := strconv.ParseInt(value, 10, 64)
	return n, err == nil && n > 0
}

func civilDate(value string) (*date.Date, bool) {
	t, err := time.Parse(time.DateOnly, value)
	if err != nil {
		return nil, false
	}
	return &date.Date{Year: int32(t.Year()), Month: int32(t.Month()), Day: int32(t.Day())}, true
}
