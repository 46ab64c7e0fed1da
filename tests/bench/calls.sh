# shellcheck shell=bash
# Calls and time to refresh a queue, beside a full listing and the least that an API allows. Part of ./test bench.
build release bench_programs
say "- calls: what a refresh asks, on simulated days"
BUILD_DIR=$build/release PYTHONDONTWRITEBYTECODE=1 python3 "$here/tests/bench/calls.py"
