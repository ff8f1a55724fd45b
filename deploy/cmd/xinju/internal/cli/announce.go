package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/show"
)

// announce says where a suite that is ready can be reached. Failing to say it is
// no reason to stop serving.
func announce(w io.Writer, f show.Format, r client.Run) {
	if f == show.JSON {
		if line, err := json.Marshal(r); err == nil {
			_, _ = fmt.Fprintf(w, "%s\n", line)
		}
		return
	}
	var b strings.Builder
	b.WriteString("新居已就绪 Xinju is ready\n")
	fmt.Fprintf(&b, "  REST    %s\n  文档 docs %s\n", r.REST, r.Docs)
	if r.Debug != "" {
		fmt.Fprintf(&b, "  指标 debug %s\n", r.Debug)
	}
	for _, name := range client.Services {
		fmt.Fprintf(&b, "  gRPC    %-16s %s\n", name, r.GRPC[name])
	}
	fmt.Fprintf(&b, "  令牌 token %s\n  数据 data  %s\n", r.Token, r.Data)
	if r.Today != "" {
		fmt.Fprintf(&b, "  日期 today %s\n", r.Today)
	}
	b.WriteString("Ctrl-C 停止 stops it\n")
	_, _ = io.WriteString(w, b.String())
}
