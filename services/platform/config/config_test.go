package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"xinju.dev/services/platform/config"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap/zapcore"
)

type common struct {
	Listen string `key:"listen" default:"127.0.0.1:7001" help:"address of the gRPC server"`
}

type settings struct {
	common
	Log struct {
		Level zapcore.Level `key:"level" default:"info"`
	} `key:"log"`
	DB struct {
		DSN     string        `key:"dsn" secret:"true"`
		MaxOpen int           `key:"max_open" default:"8"`
		Timeout time.Duration `key:"timeout" default:"5s"`
	} `key:"db"`
	Peers []string `key:"peers"`
	Trace struct {
		On     bool    `key:"on"`
		Sample float64 `key:"sample" default:"0.1"`
	} `key:"trace"`
	Untagged string // not a setting
}

func write(t *testing.T, yaml string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "xinju.yaml")
	if err := os.WriteFile(name, []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestFlagsGoBeforeEnvironmentBeforeFileBeforeDefault(t *testing.T) {
	file := write(t, "listen: from-file\nlog: {level: warn}\ndb:\n  max_open: 3\n  timeout: 7s\npeers: [a, b]\n")
	env := []string{"PATH=/bin", "XINJU_LOG_LEVEL=error", "XINJU_DB_MAX_OPEN=4", "XINJU_DB_TIMEOUT=", "XINJU_TEST_MYSQL=x", "XINJU_MINE=x"}
	var s settings
	loaded, err := config.Load(&s, config.Source{File: file, Env: env, Flags: map[string]string{"db.max_open": "5"}, Ignore: []string{"XINJU_MINE"}})
	if err != nil {
		t.Fatal(err)
	}
	if s.Listen != "from-file" || s.Log.Level != zapcore.ErrorLevel || s.DB.MaxOpen != 5 || s.DB.Timeout != 7*time.Second ||
		s.Trace.Sample != 0.1 || s.Trace.On || !cmp.Equal(s.Peers, []string{"a", "b"}) {
		t.Errorf("%+v", s)
	}
	from := map[string]string{}
	for _, one := range loaded.All() {
		from[one.Name] = strings.ReplaceAll(one.From, file, "FILE")
	}
	want := map[string]string{
		"listen": "FILE line 1", "log.level": "environment XINJU_LOG_LEVEL", "db.dsn": "default", "db.max_open": "flag --db.max_open",
		"db.timeout": "FILE line 5", "peers": "FILE line 6", "trace.on": "default", "trace.sample": "default",
	}
	if diff := cmp.Diff(want, from); diff != "" {
		t.Errorf("sources (-want +got):\n%s", diff)
	}
}

func TestWhatIsWrongIsNamed(t *testing.T) {
	cases := []struct {
		name string
		src  config.Source
		is   error
		says string
	}{
		{"a misspelt key in the file", config.Source{File: "db:\n  max_opne: 3\n"}, config.ErrUnknownKey, "db.max_opne (FILE line 2), did you mean db.max_open?"},
		{"a key in the file like no other", config.Source{File: "colour: red\n"}, config.ErrUnknownKey, "colour (FILE line 1)"},
		{"a misspelt section", config.Source{File: "dbs:\n  dsn: x\n"}, config.ErrUnknownKey, "dbs.dsn (FILE line 2), did you mean db.dsn?"},
		{"a misspelt variable", config.Source{Env: []string{"XINJU_LISTN=x"}}, config.ErrUnknownKey, "XINJU_LISTN (environment), did you mean XINJU_LISTEN?"},
		{"a misspelt flag", config.Source{Flags: map[string]string{"lisen": "x"}}, config.ErrUnknownKey, "--lisen (flag), did you mean --listen?"},
		{"a number that is none", config.Source{Env: []string{"XINJU_DB_MAX_OPEN=SECRET"}}, config.ErrValue, "db.max_open (environment XINJU_DB_MAX_OPEN): want a whole number"},
		{"a duration that is none", config.Source{Flags: map[string]string{"db.timeout": "SECRET"}}, config.ErrValue, "db.timeout (flag --db.timeout): want a duration"},
		{"a truth that is none", config.Source{Flags: map[string]string{"trace.on": "SECRET"}}, config.ErrValue, "want true or false"},
		{"a level that is none", config.Source{Flags: map[string]string{"log.level": "SECRET"}}, config.ErrValue, "not a valid zapcore.Level"},
		{"a list for one value", config.Source{File: "listen: [SECRET]\n"}, config.ErrValue, "want one value"},
		{"a section for one value", config.Source{File: "listen: {a: SECRET}\n"}, config.ErrValue, "want a plain value"},
		{"a key without a value", config.Source{File: "listen:\n"}, config.ErrValue, "has no value"},
		{"a key set twice", config.Source{File: "listen: a\nlisten: b\n"}, config.ErrValue, "listen (FILE line 2): is set twice"},
		{"a section written twice with one key", config.Source{File: "db: {dsn: a}\ndb: {dsn: b}\n"}, config.ErrValue, "is set twice"},
		{"an alias", config.Source{File: "listen: &a x\ndb: {dsn: *a}\n"}, config.ErrValue, "want a plain value"},
		{"two documents", config.Source{File: "listen: a\n---\nlisten: b\n"}, config.ErrFile, "more than one document"},
		{"a file that is no YAML", config.Source{File: "\tSECRET: ]["}, config.ErrFile, "is not YAML"},
		{"a file that is a list", config.Source{File: "- SECRET\n"}, config.ErrFile, "want keys and values"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if c.src.File != "" {
				c.src.File = write(t, c.src.File)
			}
			_, err := config.Load(&settings{}, c.src)
			if !errors.Is(err, c.is) {
				t.Fatalf("err = %v", err)
			}
			text := err.Error()
			if c.src.File != "" {
				text = strings.ReplaceAll(text, c.src.File, "FILE")
			}
			if !strings.Contains(text, c.says) || strings.Contains(text, "SECRET") {
				t.Errorf("got  %s\nwant %s", text, c.says)
			}
		})
	}
}

func TestAllUnknownKeysAreToldAtOnce(t *testing.T) {
	_, err := config.Load(&settings{}, config.Source{File: write(t, "one: 1\ntwo: 2\n"), Env: []string{"XINJU_THREE=3"}, Flags: map[string]string{"four": "4"}})
	for _, want := range []string{"one", "two", "XINJU_THREE", "--four"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no %s in %v", want, err)
		}
	}
}

func TestAMissingFileIsAnErrorAndAnEmptyOneIsNot(t *testing.T) {
	if _, err := config.Load(&settings{}, config.Source{File: filepath.Join(t.TempDir(), "none")}); !errors.Is(err, config.ErrFile) {
		t.Error(err)
	}
	for _, empty := range []string{"", "# nothing\n", "---\n", "db:\n  # dsn: x\n"} {
		if _, err := config.Load(&settings{}, config.Source{File: write(t, empty)}); err != nil {
			t.Errorf("%q: %v", empty, err)
		}
	}
}

func TestPrintShowsValueAndSourceButNoSecret(t *testing.T) {
	loaded, err := config.Load(&settings{}, config.Source{Env: []string{"XINJU_DB_DSN=mysql:user:CANARY@tcp(db)/x"}, Flags: map[string]string{"peers": "a,b"}})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := loaded.Print(&b); err != nil {
		t.Fatal(err)
	}
	want := `listen        127.0.0.1:7001  # default
log.level     info            # default
db.dsn        ***             # environment XINJU_DB_DSN
db.max_open   8               # default
db.timeout    5s              # default
peers         a, b            # flag --peers
trace.on      false           # default
trace.sample  0.1             # default
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAProgramMayReplaceADefault(t *testing.T) {
	var s settings
	src := config.Source{Defaults: map[string]string{"listen": "127.0.0.1:9", "db.max_open": "1"}, Flags: map[string]string{"db.max_open": "2"}}
	if _, err := config.Load(&s, src); err != nil || s.Listen != "127.0.0.1:9" || s.DB.MaxOpen != 2 {
		t.Errorf("%+v, %v", s, err)
	}
}

type checked struct {
	Port int `key:"port"`
}

var errPort = errors.New("port missing")

func (c *checked) Validate() error {
	if c.Port == 0 {
		return errPort
	}
	return nil
}

func TestTheStructHasTheLastWord(t *testing.T) {
	if _, err := config.Load(&checked{}, config.Source{}); !errors.Is(err, errPort) {
		t.Error(err)
	}
	if _, err := config.Load(&checked{}, config.Source{Env: []string{"XINJU_PORT=1"}}); err != nil {
		t.Error(err)
	}
}

func TestAStructThatCannotBeFilledIsRefused(t *testing.T) {
	for name, target := range map[string]any{
		"not a pointer": settings{},
		"nil":           (*settings)(nil),
		"an unexported field": &struct {
			port int `key:"port"`
		}{port: 1},
		"two keys with one variable": &struct {
			A int `key:"a_b"`
			B struct {
				B int `key:"b"`
			} `key:"a"`
		}{},
	} {
		if _, err := config.Load(target, config.Source{}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestKeysDescribeTheSettings(t *testing.T) {
	keys, err := config.Keys(&settings{})
	if err != nil || len(keys) != 8 {
		t.Fatalf("%d keys, %v", len(keys), err)
	}
	want := config.Key{Name: "listen", Env: "XINJU_LISTEN", Default: "127.0.0.1:7001", Help: "address of the gRPC server"}
	if diff := cmp.Diff(want, keys[0]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
