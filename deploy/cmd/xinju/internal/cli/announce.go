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
	line := func(label, value string) {
		fmt.Fprintf(&b, "  %s%s%s\n", label, strings.Repeat(" ", max(1, 21-show.Width(label))), value)
	}
	b.WriteString("新居已就绪 Xinju is ready\n")
	line("REST", r.REST)
	line("文档 docs", r.Docs)
	if r.Debug != "" {
		line("指标 debug", r.Debug)
	}
	for _, name := range client.Services {
		line("gRPC "+name, r.GRPC[name])
	}
	line("令牌 token", r.Token)
	line("数据 data", r.Data)
	if r.Today != "" {
		line("日期 today", r.Today)
	}
	b.WriteString("Ctrl-C 停止 stops it\n")
	_, _ = io.WriteString(w, b.String())
}
