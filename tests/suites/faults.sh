# shellcheck shell=bash
# Hostile clouds in full: every fault with what was expected and seen, answers of 100 MB, a million types, minutes of storm.
prepare
configure release -DTASKQUEUE_TESTS=ON
build release taskqueue_exporter cloud_simulator
export BUILD_DIR=$build/release FAULTS=full
for each in faults fault_outcomes storm; do
  say "- $each"
  python3 "$here/tests/e2e/${each}_test.py"
done
