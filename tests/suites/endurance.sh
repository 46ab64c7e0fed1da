# shellcheck shell=bash
# A simulated month of all four services, and an hour of fifty scrapes a second with a hundred queues: memory stays.
prepare
configure release -DTASKQUEUE_TESTS=ON
build release taskqueue_exporter cloud_simulator day_suite
"$build/release/tests/day_suite" '[month]'
export ENDURANCE_SECONDS=${ENDURANCE_SECONDS:-3600} ENDURANCE_QUEUES=98
BUILD_DIR=$build/release PYTHONDONTWRITEBYTECODE=1 python3 "$here/tests/e2e/endurance_test.py"
