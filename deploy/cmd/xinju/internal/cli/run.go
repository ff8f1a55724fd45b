package cli

import (
	"context"
	"io"
	"strconv"
	"strings"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/deploy/cmd/xinju/internal/settings"
	"xinju.dev/deploy/cmd/xinju/internal/show"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/migrate"
)

// Programs are what the commands start rather than call. They return nil when
// they were stopped in order.
type Programs struct {
	// Serve runs the suite; ready is called once it answers.
	Serve func(ctx context.Context, s settings.Serve, errs io.Writer, ready func(client.Run)) error
	// Demo runs the main job and stays up unless told otherwise.
	Demo func(ctx context.Context, d settings.Demo, out, errs io.Writer) error
	// Migrations returns what makes up the schema of a service.
	Migrations func(service string) []migrate.Set
}

type demoCmd struct {
	Residents int    `default:"20000" placeholder:"N" help:"居民数，默认 20000。Residents; 20000 by default."`
	Seed      uint64 `default:"1" placeholder:"N" help:"随机种子，相同种子得到相同的县，默认 1。The same seed gives the same county; 1 by default."`
	Today     day    `default:"2026-06-30" placeholder:"DATE" help:"系统日期，默认 2026-06-30。The suite's day; 2026-06-30 by default."`
	Data      string `placeholder:"DIR" help:"数据目录，默认用完即删的临时目录。Folder to keep; a temporary one by default."`
	HTTP      string `name:"http" default:"127.0.0.1:8080" placeholder:"ADDR" help:"REST 地址，被占用时另选。Address of REST; another one when it is taken."`
	GRPCPort  int    `name:"grpc-port" default:"9101" placeholder:"PORT" help:"gRPC 起始端口，被占用时另选。First gRPC port; others when they are taken."`
	RunFile   string `name:"run" env:"XINJU_RUN" placeholder:"FILE" help:"运行文件，供其他命令找到它。Run file, by which other commands find it."`
	Once      bool   `help:"打印结果后即退出。Stop after printing the results."`
}

// Run starts the demo.
func (c demoCmd) Run(a *app) error {
	if c.Residents < 1 || c.Residents > 2_000_000 {
		return outcome.Usage("--residents 应在 1 到 2000000 之间", "--residents must be 1 to 2000000")
	}
	if c.RunFile == "" {
		c.RunFile = client.DefaultRunFile()
	}
	return a.programs.Demo(a.ctx, settings.Demo{
		Residents: c.Residents, Seed: c.Seed, Today: civil.Date(c.Today), Data: c.Data, HTTP: c.HTTP, GRPCPort: c.GRPCPort, RunFile: c.RunFile, Once: c.Once,
	}, a.Out, a.Err)
}

// served is the flags of serve; each stands for the setting of the same name.
// A flag that is not given is nil and leaves the setting to the environment.
type served struct {
	ConfigFile     string  `name:"config" placeholder:"FILE" help:"配置文件（YAML）。Settings file."`
	Data           *string `name:"data" placeholder:"DIR" help:"数据目录，不存在则新建。Folder of the data; made when missing."`
	HTTP           *string `name:"http" placeholder:"ADDR" help:"REST 地址，默认 127.0.0.1:8080，被占用时另选。Address of REST, 127.0.0.1:8080 by default; a free port when it is taken."`
	GRPCPort       *int    `name:"grpc-port" placeholder:"PORT" help:"gRPC 起始端口，默认 9101。First gRPC port; 9101 by default."`
	Debug          *string `name:"debug" placeholder:"ADDR" help:"指标、健康检查与性能剖析的地址，默认不开。Address of metrics, health and profiles; off by default."`
	Today          *day    `name:"today" placeholder:"DATE" help:"系统日期，默认为当天，演示用。The suite's day instead of the calendar's."`
	Origins        *string `name:"origins" placeholder:"URL,…" help:"允许跨域访问的网页来源。Web origins that may call REST."`
	RunFile        *string `name:"run" placeholder:"FILE" help:"运行文件（XINJU_RUN）。Run file, by which other commands find the suite."`
	WebhookPrivate *string `name:"webhook-private" enum:"true,false" placeholder:"true|false" help:"变更推送可发往内网地址，默认 false。Let receivers of changes have addresses of private networks."`
	WebhookGiveUp  *string `name:"webhook-give-up" placeholder:"DURATION" help:"接收方连续失败多久后停止推送，默认 24h。After how long a receiver that fails is given up."`
	LogLevel       *string `name:"log-level" placeholder:"LEVEL" help:"日志级别 debug、info、warn、error。Level of the log."`
	LogFile        *string `name:"log-file" placeholder:"FILE" help:"日志文件，- 为标准错误，默认在数据目录。File of the log, - for stderr; in the data folder by default."`
}

// Help says where settings come from.
func (served) Help() string {
	return "配置来源 settings: 命令行 flag > 环境变量 XINJU_… > 配置文件 file > 默认值 default。xinju config print 显示生效值及来源 shows what is in force and why。令牌用 XINJU_TOKEN 指定，默认随机 the token is random unless XINJU_TOKEN is set。"
}

// flags returns the settings that were given, by key.
func (c served) flags() map[string]string {
	set := map[string]string{}
	for key, v := range map[string]*string{"data": c.Data, "http": c.HTTP, "debug": c.Debug, "origins": c.Origins, "run": c.RunFile, "webhook.private": c.WebhookPrivate, "webhook.give_up": c.WebhookGiveUp, "log.level": c.LogLevel, "log.file": c.LogFile} {
		if v != nil {
			set[key] = *v
		}
	}
	if c.GRPCPort != nil {
		set["grpc_port"] = strconv.Itoa(*c.GRPCPort)
	}
	if c.Today != nil {
		set["today"] = civil.Date(*c.Today).String()
	}
	return set
}

type serveCmd struct {
	served
	Output show.Format `short:"o" enum:"table,json" default:"table" placeholder:"FORMAT" help:"json：就绪时输出一行地址与令牌。json: one line with addresses and token when ready."`
}

// Run serves until it is told to stop.
func (c serveCmd) Run(a *app) error {
	s, _, err := settings.LoadServe(c.flags(), a.Env, c.ConfigFile)
	if err != nil {
		return err
	}
	if s.Data == "" {
		return settings.ErrNoData
	}
	return a.programs.Serve(a.ctx, s, a.Err, func(r client.Run) { announce(a.Out, c.Output, r) })
}

type configCmds struct {
	Print configPrint `cmd:"" help:"显示 serve 的生效配置及每项来自何处。The settings of serve in force, and where each comes from."`
}

type configPrint struct {
	served
	listing
}

// Run prints the settings; secrets are hidden.
func (c configPrint) Run(a *app) error {
	_, loaded, err := settings.LoadServe(c.flags(), a.Env, c.ConfigFile)
	if err != nil {
		return err
	}
	t := &show.Table{Columns: []show.Column{{Key: "setting", Title: "配置项 Setting"}, {Key: "value", Title: "值 Value"}, {Key: "from", Title: "来源 From"}, {Key: "env", Title: "环境变量 Variable"}, {Key: "help"}}}
	for _, one := range loaded.All() {
		t.Add(one.Name, strings.TrimPrefix(one.Value, `""`), asTyped(one.From), one.Env, one.Help)
	}
	return t.Write(a.Out, c.Output)
}

// asTyped names a flag as it is typed: --log.file is --log-file.
func asTyped(from string) string {
	if name, ok := strings.CutPrefix(from, "flag "); ok {
		return "flag " + strings.NewReplacer(".", "-", "_", "-").Replace(name)
	}
	return from
}
