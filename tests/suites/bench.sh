# shellcheck shell=bash
# Measures what must be fast against others in the same run, and prints the tables (tests/bench).
prepare
configure release -DTASKQUEUE_TESTS=ON
broken=()
for part in "$here"/tests/bench/*.sh; do
  # In a shell of its own, so that a broken bound does not keep the next table from being shown.
  (set -e && . "$part") || broken+=("$(basename "$part" .sh)")
done
[ ${#broken[@]} -eq 0 ] || fail "bounds were broken in: ${broken[*]}"
