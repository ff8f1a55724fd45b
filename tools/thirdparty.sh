#!/usr/bin/env bash
# Fetches the third-party .proto files into .third_party (git-ignored), once
# per version of the tools. The Go module proxy is the only source.
set -euo pipefail
cd "$(dirname "$0")/.."

key=$(cat tools/go.mod tools/thirdparty/*.go | sha256sum | cut -c1-16)
stamp=.third_party/.fetched-$key
[ -e "$stamp" ] && exit 0

rm -rf .third_party
bin/tools/thirdparty .third_party/proto
touch "$stamp"
