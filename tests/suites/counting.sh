# shellcheck shell=bash
# Counting in full: 10,000 random worlds of each service, an hour of trouble, windows of a million, a week of memory.
prepare
configure release -DTASKQUEUE_TESTS=ON
build release day_suite
for tests in '[.full][mps]' '[.full][vod]' '[.full][ecs]' '[.full]~[worlds]'; do echo "$tests"; done |
  xargs -P 2 -I{} bash -c 'out=$("$0" "$1" 2>&1); code=$?; echo "- $1"; echo "$out"; exit $code' \
    "$build/release/tests/day_suite" {}
