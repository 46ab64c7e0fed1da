# shellcheck shell=bash
# Processor time and memory per thousand tasks read, beside the vendor's SDK for Node, and curl with jq. Part of ./test bench.
build release taskqueue_exporter cloud_simulator
say "- reading: processor time per thousand tasks, beside the vendor's SDK"
BUILD_DIR=$build/release PYTHONDONTWRITEBYTECODE=1 python3 "$here/tests/bench/reading.py"
