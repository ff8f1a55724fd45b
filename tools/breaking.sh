#!/usr/bin/env bash
# Compares the contract with the newest released one (api/baseline/api-v*.binpb,
# kept by make baseline). A clone without tags can run it too.
set -euo pipefail
cd "$(dirname "$0")/.."
buf=bin/tools/buf

newest=$(find api/baseline -name 'api-v*.binpb' 2>/dev/null | sort -V | tail -n 1)
if [ -z "$newest" ]; then
  echo "没有已发布的接口可比较，请先运行 make baseline TAG=api-v0.1.0 / no released contract to compare with: run make baseline TAG=api-v0.1.0 first" >&2
  exit 1
fi

# Every exception in buf.yaml has a reason beside it for people.
exceptions=$(sed -n '/^breaking:/,$p' buf.yaml | grep -o 'api/proto/[^ ]*\.proto' | sort -u || true)
for file in $exceptions; do
  if ! grep -q "$file" api/breaking-exceptions.md; then
    echo "buf.yaml 中 $file 的例外未在 api/breaking-exceptions.md 说明原因 / buf.yaml excepts $file but api/breaking-exceptions.md gives no reason" >&2
    exit 1
  fi
done

echo "comparing with $newest"
"$buf" breaking api/proto --against "$newest" --exclude-imports
