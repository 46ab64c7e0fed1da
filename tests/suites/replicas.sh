# shellcheck shell=bash
# Replicas that share a Redis: 50 readers each that die, hang and are cut off, and two minutes of counting calls.
prepare
configure release -DTASKQUEUE_TESTS=ON
build release taskqueue_exporter cloud_simulator
export BUILD_DIR=$build/release REPLICAS_ROUNDS=${REPLICAS_ROUNDS:-50} REPLICAS_REFRESHES=${REPLICAS_REFRESHES:-120}
for each in replicas replica_mishaps; do python3 "$here/tests/e2e/${each}_test.py" -v; done
