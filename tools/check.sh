#!/usr/bin/env bash
# Runs every check, fast ones first, and prints how long each took. Stops at
# the first that fails.
set -euo pipefail
cd "$(dirname "$0")/.."

stages=(tidy-check standalone build arch tidb proto-check proto-lint breaking openapi-lint lint test)
began=$SECONDS
report=()
for stage in "${stages[@]}"; do
  printf '\n=== %s\n' "$stage"
  at=$SECONDS
  if ! make --no-print-directory "$stage"; then
    printf '\n%s\n' "${report[@]}"
    printf '%-14s 失败 FAILED after %ds\n' "$stage" $((SECONDS - at))
    exit 1
  fi
  report+=("$(printf '%-14s ok %4ds' "$stage" $((SECONDS - at)))")
done
printf '\n'
printf '%s\n' "${report[@]}"
printf '%-14s ok %4ds\n' all $((SECONDS - began))
