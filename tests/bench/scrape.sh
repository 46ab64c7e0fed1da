# shellcheck shell=bash
# Scrapes of a thousand to a hundred thousand series beside nginx, prometheus-cpp, client_golang and Python's prometheus_client.
build release bench_programs
say "- scrapes of a thousand to a hundred thousand series"
BUILD_DIR=$build/release PYTHONDONTWRITEBYTECODE=1 python3 "$here/tests/bench/scrape.py"
