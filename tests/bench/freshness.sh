# shellcheck shell=bash
# From the end of a task to its count in Prometheus, beside the interval. Part of ./test bench.
build release taskqueue_exporter cloud_simulator
say "- freshness: from the end of a task to its count in Prometheus"
BUILD_DIR=$build/release PYTHONDONTWRITEBYTECODE=1 python3 "$here/tests/bench/freshness.py"
