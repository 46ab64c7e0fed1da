# shellcheck shell=bash
# Ten minutes of the demo: no request over a documented limit, no signature error, no failed refresh.
prepare
configure release -DTASKQUEUE_TESTS=ON
build release taskqueue_exporter cloud_simulator
export DEMO_SECONDS=${DEMO_SECONDS:-600}
ctest --test-dir "$build/release" --output-on-failure -V -R '^e2e.demo_test$'
