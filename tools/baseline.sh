#!/usr/bin/env bash
# Keeps the contract of this commit as the released one called TAG. A released
# contract never changes, so an existing file is not overwritten.
set -euo pipefail
cd "$(dirname "$0")/.."

tag=${1:-}
if [[ ! $tag =~ ^api-v[0-9]+\.[0-9]+\.[0-9]+$ ]]; then
  echo "请给出标签，如 make baseline TAG=api-v0.1.0 / name the tag: make baseline TAG=api-v0.1.0" >&2
  exit 1
fi
file=api/baseline/$tag.binpb
if [ -e "$file" ]; then
  echo "$file 已存在，已发布的接口不可更改 / $file exists: a released contract does not change" >&2
  exit 1
fi
mkdir -p api/baseline
bin/tools/buf build api/proto --exclude-source-info -o "$file"
echo "$file"
