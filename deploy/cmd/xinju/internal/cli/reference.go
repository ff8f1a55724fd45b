package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"

	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/deploy/cmd/xinju/internal/settings"
	"xinju.dev/services/platform/config"
)

// Reference writes the reference of the command as Markdown, from the model that
// parses command lines: it cannot say anything else than the command does.
func Reference(w io.Writer) error {
	parser, err := newParser(io.Discard, io.Discard, func(int) {})
	if err != nil {
		return err
	}
	var b strings.Builder
	b.WriteString("# xinju 命令参考 Command reference\n\n" + description + "\n\n")
	b.WriteString("本页由命令自身生成 This page is generated: `go test ./deploy/cmd/xinju/... -update`。\n\n")
	b.WriteString("结果写到标准输出，进度与错误写到标准错误 results go to stdout, progress and errors to stderr。")
	b.WriteString("`-o json` 与 `-o csv` 供程序使用：键不变，没有的值是 null 或空 for programs: keys stay, what is absent is null or empty。\n")
	for _, leaf := range parser.Model.Leaves(true) {
		command(&b, leaf)
	}
	b.WriteString("\n## 退出码 Exit codes\n\n| 码 | 含义 | meaning |\n|---|---|---|\n")
	for _, m := range outcome.Meanings {
		fmt.Fprintf(&b, "| %d | %s | %s |\n", m.Code, m.Chinese, m.English)
	}
	if err := variables(&b); err != nil {
		return err
	}
	_, err = io.WriteString(w, b.String())
	return err
}

func command(b *strings.Builder, n *kong.Node) {
	fmt.Fprintf(b, "\n## %s\n\n%s\n", n.FullPath(), n.Help)
	fmt.Fprintf(b, "\n```\nxinju %s\n```\n", n.Summary())
	if n.Detail != "" {
		b.WriteString("\n" + strings.ReplaceAll(strings.TrimSpace(n.Detail), "\n  ", "\n    ") + "\n") // four blanks make code
	}
	if len(n.Positional) > 0 {
		b.WriteString("\n| 参数 argument | |\n|---|---|\n")
		for _, p := range n.Positional {
			fmt.Fprintf(b, "| `%s` | %s |\n", p.Summary(), markdown(p.Help))
		}
	}
	if len(n.Flags) > 0 {
		b.WriteString("\n| 选项 flag | 变量 variable | |\n|---|---|---|\n")
		for _, f := range n.Flags {
			fmt.Fprintf(b, "| `%s` | %s | %s |\n", flagText(f), strings.Join(f.Envs, ", "), markdown(f.Help))
		}
	}
}

func flagText(f *kong.Flag) string {
	text := "--" + f.Name
	if f.Tag.Negatable != "" {
		text = "--[no-]" + f.Name
	}
	if f.Short != 0 {
		text = "-" + string(f.Short) + ", " + text
	}
	if !f.IsBool() {
		text += "=" + f.FormatPlaceHolder()
	}
	return text
}

func markdown(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

// variables are those of serve, which takes more settings than it has flags.
func variables(b *strings.Builder) error {
	keys, err := config.Keys(&settings.Serve{})
	if err != nil {
		return err
	}
	b.WriteString("\n## serve 的配置项 Settings of serve\n\n命令行 flag > 环境变量 environment > 配置文件 file > 默认值 default。\n\n")
	b.WriteString("| 配置项 setting | 变量 variable | 默认 default | |\n|---|---|---|---|\n")
	for _, k := range keys {
		fmt.Fprintf(b, "| `%s` | `%s` | %s | %s |\n", k.Name, k.Env, k.Default, markdown(k.Help))
	}
	return nil
}
