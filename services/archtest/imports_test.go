package archtest

import "testing"

// Patterns that several rules share.
const (
	records  = `registry|archive|immunization|maternal|familyplanning`
	services = records + `|aggregator`
	grpc     = `google\.golang\.org/grpc(/.*)?`
	protobuf = `google\.golang\.org/protobuf(/.*)?`
	gateway  = `github\.com/grpc-ecosystem/.*`
	gorm     = `gorm\.io/.*`
	zap      = `go\.uber\.org/zap(/.*)?`
	contract = `xinju\.dev/api(/.*)?`
	kit      = `xinju\.dev/services/platform(/.*)?`
	// support is written for tests alone: the testkit, and suites such as recordtest.
	support = `xinju\.dev/(services/testkit(/.*)?|.*/[a-z]+test)`
)

// drivers open databases.
var drivers = []string{gorm, `github\.com/go-sql-driver/.*`, `github\.com/glebarez/.*`, `modernc\.org/sqlite(/.*)?`, `github\.com/mattn/go-sqlite3`}

// effects is what rules about the domain must not reach.
var effects = []string{grpc, protobuf, gateway, gorm, zap, contract, `net/http`, `database/sql`, `github\.com/go-sql-driver/.*`, `github\.com/glebarez/.*`}

var rules = []rule{
	{why: "core decides and does no I/O", from: `xinju\.dev/services/[a-z]+/internal/core(/.*)?`, reach: transitive, never: effects},
	{why: "the aggregator's mathematics does no I/O", from: `xinju\.dev/services/aggregator/internal/(timeline|policy|ledger)(/.*)?`, reach: transitive, never: effects},
	{why: "the schedule of immunization and the rules of permits do no I/O", from: `xinju\.dev/services/(nip|permit)(/.*)?`, reach: transitive, never: effects},
	{why: "civil dates, faults and identity numbers are plain values", from: `xinju\.dev/services/platform/(civil|fault|ident|ids|page|record)`, reach: transitive, never: effects},
	{why: "stores keep rows, not messages", from: `xinju\.dev/services/[a-z]+/internal/store(/.*)?`, reach: direct, never: []string{protobuf, grpc, contract}},
	{why: "handlers do not query", from: `xinju\.dev/services/(?P<svc>[a-z]+)/internal/rpc(/.*)?`, reach: transitive, never: []string{gorm, `xinju\.dev/services/${svc}/internal/store(/.*)?`}},
	{why: "the kit knows no service", from: kit, but: support, reach: transitive, never: []string{`xinju\.dev/services/.*`, `xinju\.dev/(gateway|deploy)(/.*)?`}, allow: []string{kit}},
	{
		why: "services never import each other", from: `xinju\.dev/services/(?P<svc>` + services + `)(/.*)?`, reach: transitive,
		never: []string{`xinju\.dev/services/(` + services + `)(/.*)?`}, allow: []string{`xinju\.dev/services/${svc}(/.*)?`},
	},
	{
		why: "the tests of a service use no other service", from: `xinju\.dev/services/(?P<svc>` + services + `)(/.*)?`, reach: tests,
		never: []string{`xinju\.dev/services/(` + services + `)(/.*)?`}, allow: []string{`xinju\.dev/services/${svc}(/.*)?`},
	},
	{
		why: "a main starts its own service only", from: `xinju\.dev/services/cmd/(?P<svc>[a-z]+)d`, reach: transitive,
		never: []string{`xinju\.dev/services/(` + services + `)(/.*)?`}, allow: []string{`xinju\.dev/services/${svc}(/.*)?`},
	},
	{why: "services know no gateway and no deployment", from: `xinju\.dev/services(/.*)?`, reach: transitive, never: []string{`xinju\.dev/(gateway|deploy)(/.*)?`}},
	{why: "nothing imports deploy", from: `xinju\.dev/(api|services|gateway)(/.*)?`, reach: tests, never: []string{`xinju\.dev/deploy(/.*)?`}},
	{
		why: "only tests import what is for tests", from: `xinju\.dev/(api|services|gateway|deploy)(/.*)?`, reach: direct,
		but: support, never: []string{support},
	},
	{why: "the contract carries no runtime", from: contract, reach: transitive, never: append([]string{zap, `xinju\.dev/(services|gateway|deploy)(/.*)?`}, drivers...)},
	{why: "the gateway opens no database", from: `xinju\.dev/gateway(/.*)?`, reach: transitive, never: drivers},
	{
		why: "the gateway takes only the kit from services", from: `xinju\.dev/gateway(/.*)?`, reach: transitive,
		never: []string{`xinju\.dev/(services|deploy)(/.*)?`}, allow: []string{kit},
	},
	{why: "only sqlstore's table of rows and its prepared reading speak to SQLite past its driver", from: `xinju\.dev/services/platform/sqlstore/internal/(rowtable|reading)`, reach: direct, never: []string{`modernc\.org/sqlite(/.*)?`}, allow: []string{`modernc\.org/sqlite/lib`}},
	{why: "one pure Go SQLite and no other", from: `xinju\.dev/.*`, but: `xinju\.dev/services/platform/sqlstore/internal/(rowtable|reading)`, reach: direct, never: []string{`modernc\.org/sqlite(/.*)?`, `github\.com/mattn/go-sqlite3`, `gorm\.io/driver/sqlite`}},
}

func TestImports(t *testing.T) {
	pkgs := list(t)
	for _, r := range rules {
		t.Run(r.why, func(t *testing.T) {
			found, matched := violations(r, pkgs)
			if !matched {
				t.Errorf("no package matches %s: the rule guards nothing", r.from)
			}
			for _, v := range found {
				t.Error(v)
			}
		})
	}
}

// Every rule must be able to fail.
func TestRulesFindWhatBreaksThem(t *testing.T) {
	path := func(s string) string { return module + s }
	cases := []struct {
		why  string
		bad  pkg
		good pkg
	}{
		{"core decides and does no I/O", pkg{ImportPath: path("services/registry/internal/core"), Deps: []string{"net/http"}}, pkg{ImportPath: path("services/registry/internal/store"), Deps: []string{"net/http"}}},
		{"the aggregator's mathematics does no I/O", pkg{ImportPath: path("services/aggregator/internal/ledger"), Deps: []string{"gorm.io/gorm"}}, pkg{ImportPath: path("services/aggregator/internal/store"), Deps: []string{"gorm.io/gorm"}}},
		{"the schedule of immunization and the rules of permits do no I/O", pkg{ImportPath: path("services/nip"), Deps: []string{"google.golang.org/protobuf/proto"}}, pkg{ImportPath: path("services/nip"), Deps: []string{"embed"}}},
		{"civil dates, faults and identity numbers are plain values", pkg{ImportPath: path("services/platform/civil"), Deps: []string{"google.golang.org/grpc"}}, pkg{ImportPath: path("services/platform/rpcserver"), Deps: []string{"google.golang.org/grpc"}}},
		{"stores keep rows, not messages", pkg{ImportPath: path("services/archive/internal/store"), Imports: []string{path("api/gen/xinju/archive/v1")}}, pkg{ImportPath: path("services/archive/internal/store"), Deps: []string{path("api/gen/xinju/feed/v1")}}},
		{"handlers do not query", pkg{ImportPath: path("services/archive/internal/rpc"), Deps: []string{path("services/archive/internal/store")}}, pkg{ImportPath: path("services/archive/internal/rpc"), Deps: []string{path("services/archive/internal/core")}}},
		{"the kit knows no service", pkg{ImportPath: path("services/platform/obs"), Deps: []string{path("services/nip")}}, pkg{ImportPath: path("services/platform/obs"), Deps: []string{path("services/platform/fault")}}},
		{"services never import each other", pkg{ImportPath: path("services/aggregator/internal/tail"), Deps: []string{path("services/registry")}}, pkg{ImportPath: path("services/registry"), Deps: []string{path("services/registry/internal/core")}}},
		{"the tests of a service use no other service", pkg{ImportPath: path("services/aggregator"), XTestImports: []string{path("services/registry")}}, pkg{ImportPath: path("services/aggregator"), XTestImports: []string{path("services/testkit")}}},
		{"a main starts its own service only", pkg{ImportPath: path("services/cmd/registryd"), Deps: []string{path("services/archive")}}, pkg{ImportPath: path("services/cmd/registryd"), Deps: []string{path("services/registry")}}},
		{"services know no gateway and no deployment", pkg{ImportPath: path("services/registry"), Deps: []string{path("gateway/edge")}}, pkg{ImportPath: path("deploy/suite"), Deps: []string{path("gateway/edge")}}},
		{"nothing imports deploy", pkg{ImportPath: path("gateway"), TestImports: []string{path("deploy/suite")}}, pkg{ImportPath: path("deploy/e2e"), TestImports: []string{path("deploy/suite")}}},
		{"only tests import what is for tests", pkg{ImportPath: path("deploy/suite"), Imports: []string{path("services/testkit")}}, pkg{ImportPath: path("deploy/suite"), TestImports: []string{path("services/testkit")}}},
		{"the contract carries no runtime", pkg{ImportPath: path("api/gen"), Deps: []string{"go.uber.org/zap"}}, pkg{ImportPath: path("api/gen"), Deps: []string{"google.golang.org/grpc"}}},
		{"the gateway opens no database", pkg{ImportPath: path("gateway/edge"), Deps: []string{"github.com/glebarez/sqlite"}}, pkg{ImportPath: path("gateway/edge"), Deps: []string{"database/sql"}}},
		{"the gateway takes only the kit from services", pkg{ImportPath: path("gateway/edge"), Deps: []string{path("services/registry")}}, pkg{ImportPath: path("gateway/edge"), Deps: []string{path("services/platform/obs")}}},
		{"only sqlstore's table of rows and its prepared reading speak to SQLite past its driver", pkg{ImportPath: path("services/platform/sqlstore/internal/rowtable"), Imports: []string{"modernc.org/sqlite"}}, pkg{ImportPath: path("services/platform/sqlstore/internal/rowtable"), Imports: []string{"modernc.org/sqlite/lib"}}},
		{"one pure Go SQLite and no other", pkg{ImportPath: path("services/platform/sqlstore"), Imports: []string{"gorm.io/driver/sqlite"}}, pkg{ImportPath: path("services/platform/sqlstore"), Imports: []string{"github.com/glebarez/sqlite"}}},
	}
	if len(cases) != len(rules) {
		t.Errorf("%d rules, %d cases that break one", len(rules), len(cases))
	}
	for i, c := range cases {
		t.Run(c.why, func(t *testing.T) {
			if i >= len(rules) || rules[i].why != c.why {
				t.Fatal("cases and rules stand in the same order")
			}
			if found, _ := violations(rules[i], []pkg{c.bad}); len(found) != 1 {
				t.Errorf("not found in %+v: %v", c.bad, found)
			}
			if found, _ := violations(rules[i], []pkg{c.good}); len(found) != 0 {
				t.Errorf("wrongly found: %v", found)
			}
		})
	}
}
