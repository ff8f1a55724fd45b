// Package cli is the xinju command: what can be typed, and for each command the
// calls it makes and how the answer is laid out. It must not decide anything about
// residents, indicators or feeds: services do.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/alecthomas/kong"

	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/deploy/cmd/xinju/internal/progress"
	"xinju.dev/services/platform/obs"
)

// Streams is what a command has in place of the process's own.
type Streams struct {
	In            io.Reader
	Out, Err      io.Writer
	OutIsTerminal bool
	ErrIsTerminal bool
	Env           []string // as os.Environ gives it
}

// commands is everything that can be typed, in the order in which people meet it.
type commands struct {
	ShowVersion kong.VersionFlag `name:"version" short:"V" help:"显示版本。Show the version."`

	Demo  demoCmd  `cmd:"" group:"run" help:"一条命令看全流程：虚构一个县，导入、登记、统计。The main job on an invented county, in one process."`
	Serve serveCmd `cmd:"" group:"run" help:"在一个数据目录上常驻运行全部服务。Run the whole suite on a folder that is kept."`

	Feed      feedCmds        `cmd:"" group:"use" help:"公安居住数据的导入。Files of residence events from public security."`
	Records   recordsCmds     `cmd:"" group:"use" help:"存量记录的导入：健康档案、接种、孕产、儿童、计生。Files of records that exist elsewhere."`
	Coverage  coverageCmds    `cmd:"" group:"use" help:"覆盖率。Coverage of services against their targets."`
	Quality   qualityCmd      `cmd:"" group:"use" help:"数据质量得分、排位通报与预警。Data-quality scores, their ranks and warnings."`
	League    leagueCmd       `cmd:"" group:"use" help:"下级排名、升降与预计达标日。Ranks of divisions, their change, and when they reach the target."`
	Warnings  warningsCmd     `cmd:"" group:"use" help:"黄色与红色预警。What is yellow or red."`
	Figures   figuresCmds     `cmd:"" group:"use" help:"外部数据：户籍人口、人员等。Figures from outside: registered population, staff."`
	Unplaced  unplacedCmd     `cmd:"" group:"use" help:"无法归到村居的人和机构不明的事件。Who and what cannot be counted where it belongs."`
	Open      openCmd         `cmd:"" group:"use" help:"打开答案中的一个数：名单，或比率的构成。A number of an answer: its list, or what it is computed from."`
	Uncovered uncoveredCmds   `cmd:"" group:"use" help:"应服务未服务名单。People who are owed a service and have not had it."`
	Chase     chaseCmds       `cmd:"" group:"use" help:"催办名单：分派、跟进、打印。Chase lists: assign, follow up, print."`
	Forecast  forecastCmd     `cmd:"" group:"use" help:"未来几天谁将应享服务、谁将未服务。Who becomes eligible or uncovered in the next days."`
	Explain   residentExplain `cmd:"" group:"use" help:"某人应享哪些服务、为什么。What one resident is owed, and why."`
	Watch     watchCmds       `cmd:"" group:"use" help:"持续输出变化，供其他系统使用。Changes as they come, for other systems."`
	Report    reportCmds      `cmd:"" group:"use" help:"冻结报告、自评表、台账、通报。Frozen reports, forms made of them, exports."`
	Resident  residentCmds    `cmd:"" group:"use" help:"居民。One resident."`
	Verify    verifyCmds      `cmd:"" group:"use" help:"协查：向另一区划核实人员情况。Verification requests between divisions."`
	Review    reviewCmds      `cmd:"" group:"use" help:"待核事项：疑似重复、互相矛盾。What needs a person: duplicates, contradictions."`
	Policy    policyCmds      `cmd:"" group:"use" help:"政策包。Policy packs: rules, indicators, targets."`

	Division      divisionCmds      `cmd:"" group:"operate" help:"行政区划。The administrative tree."`
	Subscriptions subscriptionsCmds `cmd:"" group:"operate" help:"变更订阅（Webhook）。Delivery of changes to other systems."`

	Following followingCmd `cmd:"" group:"operate" help:"统计服务跟到了各服务的哪一步。How far the aggregator has followed each service."`
	Rebuild   rebuildCmd   `cmd:"" group:"operate" help:"从变更流重新计算统计数据。Compute what the aggregator derives again from the feeds."`
	Migrate   migrateCmds  `cmd:"" group:"operate" help:"数据库结构。Schemas of databases."`
	Maintain  maintainCmds `cmd:"" group:"operate" help:"停机维护：变更流换纪元、清理旧变更与旧请求编号。Work on databases that nobody serves: renew and trim feeds, forget requests."`
	Config    configCmds   `cmd:"" group:"operate" help:"配置。Settings of serve."`
	Version   versionCmd   `cmd:"" group:"operate" help:"显示版本。Show the version."`
	Help      helpCmd      `cmd:"" group:"operate" help:"帮助：help exit-codes 列出退出码。Help on a command, or on exit-codes."`
}

var groups = []kong.Group{
	{Key: "run", Title: "运行 Run"},
	{Key: "use", Title: "使用 Use"},
	{Key: "operate", Title: "运维 Operate"},
}

const description = "新居：异地居住人员的卫生与计生服务记录。Health and family-planning records of people who live away from their hukou."

// app is what commands work with.
type app struct {
	Streams
	ctx      context.Context
	programs Programs
}

func (a *app) progress() *progress.Reporter { return progress.New(a.Err, a.ErrIsTerminal) }

// Run runs one command line, without the program's name, and returns its exit code.
func Run(ctx context.Context, args []string, s Streams, p Programs) outcome.Code {
	a := &app{Streams: s, ctx: ctx, programs: p}
	err := a.run(args)
	outcome.Report(s.Err, err)
	return outcome.CodeOf(err)
}

func (a *app) run(args []string) error {
	if len(args) == 0 {
		args = []string{"--help"}
	}
	helped := false
	parser, err := newParser(a.Out, a.Err, func(int) { helped = true })
	if err != nil {
		return err
	}
	command, err := parser.Parse(args)
	if helped { // kong has written the help and then gone on to look for what is missing
		return nil
	}
	if err != nil {
		return usageError(err)
	}
	return command.Run(a)
}

func newParser(out, errs io.Writer, exit func(int)) (*kong.Kong, error) {
	b := obs.Build()
	parser, err := kong.New(&commands{},
		kong.Name("xinju"),
		kong.Description(description),
		kong.Writers(out, errs),
		kong.Exit(exit),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 110}),
		kong.ExplicitGroups(groups),
		kong.Vars{"version": fmt.Sprintf("xinju %s (%s, %s)", b.Version, b.Revision, b.Go)},
	)
	if err != nil {
		return nil, fmt.Errorf("the command's model: %w", err)
	}
	parser.Model.HelpFlag.Help = "显示帮助。Show help on what stands before it."
	return parser, nil
}

// numbers finds what may be a citizen's number: what was typed in the wrong place
// is repeated in error messages, and those end up in logs of scripts.
var numbers = regexp.MustCompile(`[0-9]{14,17}[0-9Xx]`)

// usageError names the command whose help to read.
func usageError(err error) error {
	hint := "xinju --help"
	if p, ok := errors.AsType[*kong.ParseError](err); ok && p.Context != nil {
		if node := p.Context.Selected(); node != nil {
			hint = node.FullPath() + " --help"
		} else if path := commandPath(p.Context); path != "" {
			hint = path + " --help"
		}
	}
	chinese := "命令用法不对"
	if value, ok := errors.AsType[*outcome.Error](err); ok {
		chinese = value.Chinese
	}
	english := numbers.ReplaceAllString(err.Error(), hidden)
	return &outcome.Error{Code: outcome.BadInput, Chinese: chinese, English: english, Hint: hint}
}

// commandPath is how far a line that names no whole command was understood.
func commandPath(c *kong.Context) string {
	words := []string{"xinju"}
	for _, p := range c.Path {
		if p.Command != nil {
			words = append(words, p.Command.Name)
		}
	}
	return strings.Join(words, " ")
}
