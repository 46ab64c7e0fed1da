# shellcheck shell=bash
# One to five replicas on one Redis: calls, and how long until another reads. Part of ./test bench.
build release taskqueue_exporter cloud_simulator
say "- replicas: calls and takeover of one to five"
BUILD_DIR=$build/release PYTHONDONTWRITEBYTECODE=1 python3 "$here/tests/bench/replicas.py"
