# shellcheck shell=bash
# One to ten thousand queues in one process. Part of ./test bench.
build release taskqueue_exporter cloud_simulator bench_programs
say "- queues: what very many cost"
BUILD_DIR=$build/release PYTHONDONTWRITEBYTECODE=1 python3 "$here/tests/bench/queues.py"
