// Package serve runs the whole suite in this process for xinju serve: its clock,
// its log, and the file that tells other commands where it is.
package serve

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/settings"
	"xinju.dev/deploy/suite"
	"xinju.dev/services/platform/clock"
	"xinju.dev/services/platform/obs"
	"xinju.dev/services/platform/webhook"
)

// Run serves until ctx ends, then stops in order and returns nil. What people
// should know beside the result goes to errs.
func Run(ctx context.Context, s settings.Serve, errs io.Writer, ready func(client.Run)) (err error) {
	if err := os.MkdirAll(s.Data, 0o700); err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	log, closeLog, err := openLog(s)
	if err != nil {
		return err
	}
	defer func() {
		if closing := closeLog(); err == nil {
			err = closing
		}
	}()
	all, err := suite.Open(ctx, suite.Config{
		DataDir: s.Data, HTTPAddr: s.HTTP, Debug: s.Debug, GRPCPort: s.GRPCPort, Token: s.Token, Now: clock.On(s.Today), Today: s.Today.String(), Origins: s.Origins, Log: log,
		Webhooks: webhook.Settings{AllowPrivate: s.Webhook.Private, GiveUp: s.Webhook.GiveUp},
	})
	if err != nil {
		if ctx.Err() != nil {
			return nil // told to stop while starting
		}
		return err
	}
	for _, line := range all.Moved() {
		fmt.Fprintln(errs, line)
	}
	where := all.Address()
	// The user's run file tells of the latest suite; the folder's own is for when there are several.
	runFiles := []string{s.Run, filepath.Join(s.Data, "run.json")}
	defer func() {
		for _, file := range runFiles {
			forget(file, where)
		}
	}()
	return all.Run(ctx, func() {
		for _, file := range runFiles {
			if err := client.WriteRun(file, where); err != nil {
				fmt.Fprintf(errs, "无法写运行文件（the run file cannot be written）: %v\n", err)
			}
		}
		ready(where)
	})
}

// forget removes the run file unless another suite has written it since.
func forget(file string, mine client.Run) {
	if now, err := client.ReadRun(file); err == nil && now.Token == mine.Token {
		_ = os.Remove(file) // a file that is left behind leads to "cannot be reached"
	}
}

func openLog(s settings.Serve) (*zap.Logger, func() error, error) {
	o := obs.LogOptions{Level: s.Log.Level, Service: "suite"}
	if s.LogFile() == "-" {
		return obs.NewLogger(o), func() error { return nil }, nil
	}
	f, err := os.OpenFile(filepath.Clean(s.LogFile()), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("log file: %w", err)
	}
	o.Out = zapcore.Lock(f)
	return obs.NewLogger(o), f.Close, nil
}
