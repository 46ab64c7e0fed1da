# shellcheck shell=bash
# Two windows of a million tasks swept over sockets: how much memory the exporter takes then.
prepare
configure release -DTASKQUEUE_TESTS=ON
build release taskqueue_exporter cloud_simulator
export MEMORY_TASKS=${MEMORY_TASKS:-1000000}
ctest --test-dir "$build/release" --output-on-failure -V -R '^e2e.memory_test$'
