package cli

import (
	"errors"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/deploy/cmd/xinju/internal/show"
)

// listing is the flags of commands whose answer is rows.
type listing struct {
	Output show.Format `short:"o" enum:"table,json,csv" default:"table" placeholder:"FORMAT" help:"输出格式：table、json、csv。Output: table, json or csv."`
}

// connected is the flags of commands that talk to a running suite.
type connected struct {
	RunFile string `name:"run" env:"XINJU_RUN" placeholder:"FILE" help:"运行文件，默认为本用户最近启动的新居。Run file of the suite; that of your latest one by default."`
}

// dial connects to the suite and passes its services to f.
func (c connected) dial(f func(*client.Suite) error) (err error) {
	file := c.RunFile
	if file == "" {
		file = client.DefaultRunFile()
	}
	run, err := client.ReadRun(file)
	if c.RunFile != "" && errors.Is(err, client.ErrNotRunning) {
		return &outcome.Error{Code: outcome.Unreachable, Chinese: "没有这个运行文件，该新居可能已停止：" + file, English: "there is no such run file; that suite may have stopped"}
	}
	if err != nil {
		return err
	}
	suite, err := client.Dial(run)
	if err != nil {
		return &outcome.Error{Code: outcome.Unreachable, Chinese: "运行文件不完整", English: "the run file is not complete", Cause: err}
	}
	defer func() {
		if closing := suite.Close(); err == nil {
			err = closing
		}
	}()
	return f(suite)
}
