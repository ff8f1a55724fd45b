#!/usr/bin/env bash
# Static analysis of all modules.
#   tools/lint.sh check   fails on findings and on unformatted files
#   tools/lint.sh fmt     formats
set -euo pipefail
cd "$(dirname "$0")/.."
mode=${1:?check or fmt}
modules="api services gateway deploy tools"

key=$(cat tools/lint/go.mod tools/lint/go.sum <(go version) | sha256sum | cut -c1-16)
stamp=bin/tools/.lint-$key
if [ ! -e "$stamp" ]; then
  echo "building the linter (a few minutes the first time)" >&2
  mkdir -p bin/tools
  GOWORK=off GOBIN="$PWD/bin/tools" go -C tools/lint install tool
  rm -f bin/tools/.lint-*
  touch "$stamp"
fi

# Each module by itself: a run at the root of a workspace finds no package.
failed=0
for m in $modules; do
  export GOWORK=$PWD/go.work
  [ "$m" = tools ] && export GOWORK=off
  if [ "$mode" = fmt ]; then
    (cd "$m" && "$OLDPWD/bin/tools/golangci-lint" fmt --config "$OLDPWD/.golangci.yml" ./...)
    continue
  fi
  (cd "$m" && "$OLDPWD/bin/tools/golangci-lint" run --allow-parallel-runners --config "$OLDPWD/.golangci.yml" ./...) || failed=1
done
if [ $failed = 1 ]; then
  echo "静态检查未通过；格式问题可用 make fmt 修正 / lint failed; make fmt corrects formatting" >&2
fi
exit $failed
