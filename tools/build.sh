#!/usr/bin/env bash
# Builds the proto tools of tools/go.mod into bin/tools, once per version of
# that file. Prints nothing when there is nothing to do.
set -euo pipefail
cd "$(dirname "$0")/.."

key=$(cat tools/go.mod tools/go.sum $(find tools -name "*.go" ! -name "*_test.go" | LC_ALL=C sort) <(go version) | sha256sum | cut -c1-16)
stamp=bin/tools/.built-$key
[ -e "$stamp" ] && exit 0

echo "building the proto tools (a few minutes the first time)" >&2
mkdir -p bin/tools
GOWORK=off GOBIN="$PWD/bin/tools" go -C tools install tool ./...
rm -f bin/tools/.built-*
touch "$stamp"
