# shellcheck shell=bash
# Start to first scrape, size on disk and memory beside the Go exporters in Debian. Part of ./test bench.
build release taskqueue_exporter cloud_simulator
say "- start: to the first scrape, size on disk and memory"
BUILD_DIR=$build/release PYTHONDONTWRITEBYTECODE=1 python3 "$here/tests/bench/start.py"
