#!/usr/bin/env bash
# Makes sure that the tests find a database server and, with --race, a C
# compiler for the race detector. Installs from Debian only what is missing and
# only where it may; otherwise says in one sentence what to do.
set -euo pipefail

race=${1:-}
missing=()

has_server() {
  [ -n "${XINJU_TEST_MYSQL:-}" ] && return 0
  PATH="$PATH:/usr/sbin:/usr/local/sbin" command -v mariadbd >/dev/null &&
    command -v mariadb-install-db >/dev/null
}

# The race detector is linked by a C compiler that finds the C library.
has_compiler() {
  local cc out
  cc=$(go env CC)
  # shellcheck disable=SC2086 # CC may carry flags
  command -v ${cc%% *} >/dev/null || return 1
  out=$(mktemp)
  printf '#include <stdlib.h>\nint main(void) { return 0; }\n' | $cc -x c -o "$out" - 2>/dev/null
  local ok=$?
  rm -f "$out"
  return $ok
}

has_server || missing+=(mariadb-server)
if [ "$race" = --race ]; then
  has_compiler || missing+=(gcc libc6-dev)
fi
[ ${#missing[@]} -eq 0 ] && exit 0

wanted="${missing[*]}"
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  case $wanted in
    mariadb-server*) way='，或设置 XINJU_TEST_MYSQL=用户:密码@tcp(主机:端口)/'; way_en=', or set XINJU_TEST_MYSQL=user:password@tcp(host:port)/' ;;
    *) way=''; way_en='' ;;
  esac
  echo "测试缺少 $wanted，请先以管理员运行 apt-get install $wanted$way / the tests need $wanted: run apt-get install $wanted as root$way_en" >&2
  exit 1
fi

echo "installing $wanted" >&2
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# The package would start a server of its own; the tests start a private one.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
  printf '#!/bin/sh\nexit 101\n' > $policy
  chmod +x $policy
  trap 'rm -f "$log" '$policy EXIT
fi
if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "安装 $wanted 失败，请检查软件源 / installing $wanted failed: check the package sources" >&2
  exit 1
fi
