# shellcheck shell=bash
# The ledger in full: an exporter killed 200 times, and what a commit costs with a million tasks in the window.
prepare
configure release -DTASKQUEUE_TESTS=ON
build release taskqueue_exporter cloud_simulator hasty_exporter ledger
"$build/release/tests/ledger" '[.bench]'
export LEDGER_KILLS=${LEDGER_KILLS:-200}
ctest --test-dir "$build/release" --output-on-failure -V -R '^e2e.ledger_test$'
