package edge_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"xinju.dev/gateway/edge"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/seal"
	"xinju.dev/services/registry"
	"xinju.dev/services/testkit"
)

// A full list in which somebody goes under another document, and the decision
// about it, over REST with the real registry.
func TestAChangedDocumentInAFullListIsDecidedOverREST(t *testing.T) {
	f := newFake(t)
	sealer, err := seal.NewPlain(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	svc, err := registry.New(registry.Deps{
		DB: testkit.SQLite(t, registry.Migrations()...), Now: testkit.NewClock(civil.Must("2026-06-30")).Now, Log: zap.NewNop(), Sealer: sealer, SpoolDir: t.TempDir(),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- svc.Run(ctx, func() { close(ready) }) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
	select {
	case <-ready:
	case err := <-ended:
		ended <- nil
		t.Fatal(err)
	}
	h := f.gateway(t, func(c *edge.Config) { c.Backends.Registry = testkit.Serve(t, svc.Register) })
	const village = "990101001001"
	var places []string
	for n, code := range []string{"990000000000", "990100000000", "990101000000", "990101001000", village} {
		level := []string{"PROVINCE", "PREFECTURE", "COUNTY", "TOWNSHIP", "VILLAGE"}[n]
		parent := []string{"", "990000000000", "990100000000", "990101000000", "990101001000"}[n]
		places = append(places, fmt.Sprintf(`{"divisionCode":%q,"name":"虚构","level":"DIVISION_LEVEL_%s","parentCode":%q}`, code, level, parent))
	}
	if w := do(h, "POST", "/v1/divisions:batchCreate", `{"divisions":[`+strings.Join(places, ",")+`]}`, "Content-Type", "application/json"); w.Code != 200 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	patience := time.After(time.Minute)
	send := func(on string, sequence int, number string) {
		t.Helper()
		rows := []string{"证件类型,证件号码,国籍,姓名,性别,出生日期,居住地区划,居住地址,来本地日期"}
		for n := range 10 {
			rows = append(rows, fmt.Sprintf("护照,P%07d,GBR,Person %c,男,1980-01-01,%s,幸福路1号,2025-03-01", n, 'A'+n, village))
		}
		rows = append(rows, "护照,"+number+",GBR,Jane Smith,女,1990-05-02,"+village+",平安路2号,2025-03-01")
		file := strings.Join(rows, "\n") + "\n"
		w := do(h, "POST", fmt.Sprintf("/v1/feed-batches:upload?sender=ga-990101&content=SNAPSHOT&snapshot_date=%s&sequence=%d&row_count=11&digest=%x", on, sequence,
			sha256.Sum256([]byte(file))), file, "Content-Type", "text/csv")
		var made struct{ Batch struct{ BatchID string } }
		if err := json.Unmarshal(w.Body.Bytes(), &made); err != nil || made.Batch.BatchID == "" {
			t.Fatalf("%v %d %s", err, w.Code, w.Body)
		}
		for {
			w := do(h, "GET", "/v1/feed-batches/"+made.Batch.BatchID, "")
			if strings.Contains(w.Body.String(), "OPERATION_STATE_SUCCEEDED") {
				return
			}
			select {
			case <-patience:
				t.Fatalf("%s", w.Body)
			case <-tick.C:
			}
		}
	}
	send("2026-05-01", 1, "E00000001")
	send("2026-06-01", 2, "E00000002")
	var list struct {
		Items []struct {
			ItemID, Etag string
			ResidentIDs  []string `json:"residentIds"`
		}
	}
	w := do(h, "GET", "/v1/review-items?kind=LIST_DOCUMENT_CHANGED&division="+village, "")
	if err := json.Unmarshal(w.Body.Bytes(), &list); err != nil || len(list.Items) != 1 {
		t.Fatalf("%v %d %s", err, w.Code, w.Body)
	}
	at := "/v1/review-items/" + list.Items[0].ItemID
	if w := do(h, "GET", at, ""); !strings.Contains(w.Body.String(), "E00000001") || !strings.Contains(w.Body.String(), "E00000002") || !strings.Contains(w.Body.String(), `"listed"`) {
		t.Errorf("side by side: %d %s", w.Code, w.Body)
	}
	who := list.Items[0].ResidentIDs[0]
	body := fmt.Sprintf(`{"etag":%q,"verdict":"REVIEW_VERDICT_MERGE","decidedBy":"镇01","residentId":%q}`, list.Items[0].Etag, who)
	if w := do(h, "POST", at+":decide", body, "Content-Type", "application/json"); w.Code != 200 || !strings.Contains(w.Body.String(), "REVIEW_STATE_MERGED") {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if w := do(h, "GET", "/v1/residents/"+who, ""); !strings.Contains(w.Body.String(), "E00000001") || !strings.Contains(w.Body.String(), "E00000002") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	f.untouched(t)
}
