#!/usr/bin/env bash
# Runs a command with a database server for tests: XINJU_TEST_MYSQL names it.
#   test-server.sh [--in-memory] COMMAND [ARGUMENT…]
#
# --in-memory, for tests and not for measurements: the server never waits for a
# disk, and its folder and the command's TMPDIR lie in /dev/shm where that has
# room for them. Making a table takes a tenth of the time then.
#
# A server named by the caller's XINJU_TEST_MYSQL is used as it is. Otherwise a
# private mariadbd is started on a temporary folder and a free port of
# 127.0.0.1, and it is stopped and removed however the command ends. Its
# settings favour speed over durability: never point it at data to be kept.
set -euo pipefail
settings=()
if [ "${1:-}" = --in-memory ]; then
  shift
  settings=(--sync-frm=OFF --innodb-doublewrite=OFF --innodb-flush-method=nosync)
  # KiB that are free; what lies there is memory.
  room=$(df -kP /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')
  memory=$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo 2>/dev/null)
  if [ -w /dev/shm ] && [ "${room:-0}" -gt 3000000 ] && [ "${memory:-0}" -gt 6000000 ]; then
    export GOTMPDIR=${GOTMPDIR:-${TMPDIR:-/tmp}} # compiling goes on where it did
    export TMPDIR=/dev/shm
  fi
fi
[ $# -gt 0 ] || { echo "usage: test-server.sh [--in-memory] COMMAND [ARGUMENT…]" >&2; exit 2; }
[ -n "${XINJU_TEST_MYSQL:-}" ] && exec "$@"

export PATH="$PATH:/usr/sbin:/usr/local/sbin"
command -v mariadbd >/dev/null || {
  echo "找不到 mariadbd，请安装 mariadb-server 或设置 XINJU_TEST_MYSQL / mariadbd not found: install mariadb-server or set XINJU_TEST_MYSQL" >&2
  exit 1
}

dir=$(mktemp -d "${TMPDIR:-/tmp}/xinju-mariadb.XXXXXX")
server='' child=''
cleanup() {
  trap - EXIT INT TERM HUP
  if [ -n "$child" ]; then
    kill -TERM -- "-$child" 2>/dev/null || true
    wait "$child" 2>/dev/null || true
  fi
  if [ -n "$server" ]; then
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  rm -rf "$dir"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

failed() {
  tail -n 20 "$dir"/*.log >&2 || true
  echo "测试数据库未能启动 / the test database did not start" >&2
  exit 1
}

user=$(id -un)
mariadb-install-db --no-defaults --user="$user" --datadir="$dir/data" --skip-test-db \
  --auth-root-authentication-method=normal >"$dir/install.log" 2>&1 || failed

# A user of its own, because root may be bound to the socket.
cat > "$dir/init.sql" <<SQL
CREATE USER IF NOT EXISTS 'xinju'@'127.0.0.1' IDENTIFIED BY 'xinju';
GRANT ALL ON *.* TO 'xinju'@'127.0.0.1' WITH GRANT OPTION;
SQL

start() { # port
  mariadbd --no-defaults --user="$user" --datadir="$dir/data" --socket="$dir/s.sock" --pid-file="$dir/s.pid" \
    --port="$1" --bind-address=127.0.0.1 --skip-name-resolve --skip-log-bin --init-file="$dir/init.sql" \
    --character-set-server=utf8mb4 --collation-server=utf8mb4_bin --local-infile=1 --max-connections=400 \
    --innodb-buffer-pool-size=256M --innodb-flush-log-at-trx-commit=2 --innodb-log-file-size=64M "${settings[@]}" \
    --log-error="$dir/server.log" </dev/null >/dev/null 2>&1 &
  server=$!
  for _ in $(seq 1 600); do
    grep -q 'ready for connections' "$dir/server.log" 2>/dev/null && return 0
    kill -0 "$server" 2>/dev/null || return 1
    sleep 0.1
  done
  return 1
}

port=''
for _ in 1 2 3 4 5; do
  candidate=$((20000 + RANDOM % 12000))
  (exec 3<>"/dev/tcp/127.0.0.1/$candidate") 2>/dev/null && continue # somebody listens there
  : > "$dir/server.log"
  if start "$candidate"; then
    port=$candidate
    break
  fi
  kill "$server" 2>/dev/null || true
  wait "$server" 2>/dev/null || true
  server=''
done
[ -n "$port" ] || failed

# In the background, so that a signal reaches the trap at once, and as a process
# group, so that the trap can stop all that the command started.
set -m
XINJU_TEST_MYSQL="xinju:xinju@tcp(127.0.0.1:$port)/" "$@" &
child=$!
set +m
status=0
wait "$child" || status=$?
child=''
exit $status
