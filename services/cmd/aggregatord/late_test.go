package main

import (
	"testing"
	"time"

	"xinju.dev/services/aggregator"
	"xinju.dev/services/platform/config"
)

// TestEachLateSettingIsTheOneItNames, and the defaults are those that the program
// has without settings.
func TestEachLateSettingIsTheOneItNames(t *testing.T) {
	defaults := aggregator.Late{Behind: 10_000, Silence: 5 * time.Minute, Fetched: 30 * time.Minute}
	if got := (aggregator.Late{}).OrDefault(); got != defaults {
		t.Errorf("without settings %+v", got)
	}
	for key, c := range map[string]struct {
		text string
		want func(*aggregator.Late)
	}{
		"":             {"", func(*aggregator.Late) {}},
		"late.changes": {"7", func(l *aggregator.Late) { l.Behind = 7 }},
		"late.silence": {"90s", func(l *aggregator.Late) { l.Silence = 90 * time.Second }},
		"late.figures": {"2h", func(l *aggregator.Late) { l.Fetched = 2 * time.Hour }},
	} {
		flags := map[string]string{"db.dsn": "file:x", "token": "t"}
		if key != "" {
			flags[key] = c.text
		}
		var cfg settings
		if _, err := config.Load(&cfg, config.Source{Flags: flags}); err != nil {
			t.Fatal(err)
		}
		want := defaults
		c.want(&want)
		if got := cfg.late(); got != want {
			t.Errorf("%s=%s: %+v, want %+v", key, c.text, got, want)
		}
	}
}
