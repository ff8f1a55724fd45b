# Everything that people and CI do with this repository. `make help` lists it.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

MODULES := api services gateway deploy
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
N ?= 20000

# A Go that is installed but not on PATH is found all the same.
ifeq (,$(shell command -v go 2>/dev/null))
export PATH := /usr/local/go/bin:/usr/lib/go/bin:$(HOME)/go/bin:$(PATH)
endif
# Go refuses to stamp a revision where git does not trust the folder; the build must not fail for that.
BUILDVCS := $(if $(shell git rev-parse HEAD 2>/dev/null),auto,false)
export GOFLAGS := $(GOFLAGS) -buildvcs=$(BUILDVCS)

# SQLite is C turned into Go: checking its pointers costs a quarter of the tests and says nothing about this code.
RACE := -gcflags=modernc.org/...=-d=checkptr=0

# Where the laws on random histories are: the race detector sees a twelfth of the
# histories, and a second run without it all of them.
LAWS := ./services/aggregator/internal/policy ./services/aggregator/internal/derived

BUILD := CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X xinju.dev/services/platform/obs.version=$(VERSION)'
SERVICE_MAINS := $(wildcard services/cmd/*d)

##@ 运行 Run

.PHONY: demo
demo: build-xinju ## 一条命令看全流程：生成一个县、导入、统计 / the main job on an invented county, in one process
	@bin/xinju demo $(ARGS)

.PHONY: serve
serve: build-xinju ## 在 DATA 目录上常驻运行 / the same process on a folder that is kept: make serve DATA=./data
	@bin/xinju serve --data "$(or $(DATA),./data)" $(ARGS)

.PHONY: build
build: build-xinju ## 编译全部程序到 bin/ / all programs, without a C compiler
	@for dir in $(SERVICE_MAINS) gateway/cmd/gatewayd; do \
	  echo "bin/$$(basename $$dir)"; $(BUILD) -o bin/ ./$$dir; done

.PHONY: build-xinju
build-xinju:
	@echo "bin/xinju"; $(BUILD) -o bin/xinju ./deploy/cmd/xinju

.PHONY: bench
bench: ## 性能对比，N 为居民数 / measurements beside their baselines: make bench N=20000 (up to 1000000)
	@deploy/mariadb/install.sh
	@$(BUILD) -o bin/xinju-bench ./deploy/bench
	@deploy/mariadb/test-server.sh bin/xinju-bench -n $(N) $(ARGS)

##@ 检查 Check

.PHONY: check
check: ## 与 CI 完全相同的全部检查 / exactly what CI runs, fast things first
	@tools/check.sh

.PHONY: test
test: ## 全部测试（竞态检测，SQLite 与 MariaDB）/ all tests with the race detector on SQLite and MariaDB
	@deploy/mariadb/install.sh --race
	@deploy/mariadb/test-server.sh --in-memory $(SHELL) $(.SHELLFLAGS) \
	  'go test -race $(RACE) -shuffle=on -timeout 30m $(ARGS) work; go test -shuffle=on -timeout 30m $(ARGS) $(LAWS)'

.PHONY: test-short
test-short: ## 较快的测试，不用竞态检测 / a quicker run: no race detector, -short
	@deploy/mariadb/install.sh
	@deploy/mariadb/test-server.sh --in-memory go test -short -shuffle=on -timeout 15m $(ARGS) work

.PHONY: tidb
tidb: ## SQL 与迁移能被 TiDB 解析 / migrations and statements parse as TiDB's
	@GOWORK=off go -C tools/tidb test -count=1 ./...

.PHONY: laws
laws: ## 长时间的性质测试，N 为历史数 / incremental = rebuild = brute force on many more histories: make laws N=100000
	@deploy/mariadb/install.sh
	@XINJU_LONG=$(N) deploy/mariadb/test-server.sh go test -timeout 0 -run 'BruteForce|UnderEveryPack' $(ARGS) $(LAWS)

.PHONY: arch
arch: ## 依赖方向与源码规则 / import rules and source rules alone
	@go test ./services/archtest/...

.PHONY: lint
lint: ## 格式与静态检查 / formatting and static analysis
	@tools/lint.sh check

.PHONY: fmt
fmt: tools ## 统一格式 / format Go and proto sources
	@tools/lint.sh fmt
	@bin/tools/buf format -w api/proto

.PHONY: vet
vet: ## go vet
	@go vet work

.PHONY: standalone
standalone: ## 各模块脱离工作区单独编译 / every module builds without the workspace
	@for m in $(MODULES); do echo "$$m"; (cd $$m && GOWORK=off go build ./...); done

.PHONY: tidy
tidy: ## 整理各 go.mod / go mod tidy in every module
	@for m in $(MODULES) tools tools/lint tools/tidb; do echo "$$m"; (cd $$m && GOWORK=off go mod tidy); done

.PHONY: tidy-check
tidy-check: ## 检查各 go.mod 已整理 / fails when a go.mod or go.sum is not tidy; changes nothing
	@for m in $(MODULES) tools tools/lint tools/tidb; do echo "$$m"; (cd $$m && GOWORK=off go mod tidy -diff) || { \
	  echo "$$m/go.mod 未整理，请运行 make tidy / $$m/go.mod is not tidy: run make tidy" >&2; exit 1; }; done

##@ 接口 Contract

.PHONY: proto
proto: tools ## 由 api/proto 生成代码与 OpenAPI / generate code and OpenAPI from api/proto
	@tools/generate.sh write

.PHONY: proto-check
proto-check: tools ## 检查生成物是最新的 / fails when generated files are not up to date
	@tools/generate.sh check

.PHONY: proto-lint
proto-lint: tools ## 检查 proto 写法 / buf lint and format, without exceptions
	@bin/tools/buf lint
	@bin/tools/buf format --diff --exit-code api/proto || { \
	  echo "proto 格式不统一，请运行 make fmt / proto files are not formatted: run make fmt" >&2; exit 1; }

.PHONY: openapi-lint
openapi-lint: tools ## 检查 OpenAPI 文档 / the REST description is valid and complete
	@bin/tools/openapi lint api/openapi/openapi.json
	@go test ./api
	@GOWORK=off go -C tools test ./openapi

.PHONY: breaking
breaking: tools ## 与最近发布的接口比较 / no breaking change against the newest released contract
	@tools/breaking.sh

.PHONY: baseline
baseline: tools ## 记录已发布的接口 / keep the contract as released: make baseline TAG=api-v0.1.0
	@tools/baseline.sh "$(TAG)"

##@ 其他 Other

.PHONY: tools
tools: ## 编译接口生成工具到 bin/tools / build the proto tools when they changed
	@tools/build.sh
	@tools/thirdparty.sh

.PHONY: clean
clean: ## 删除编译产物 / remove what was built or fetched
	rm -rf bin .third_party

.PHONY: help
help: ## 本说明 / this list
	@awk 'BEGIN { FS = ":.*## " } \
	  /^##@/ { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
