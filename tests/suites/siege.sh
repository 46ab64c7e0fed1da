# shellcheck shell=bash
# 900 silent, 200 dripping and 50 abusive connections while we are scraped, and nginx under the same attack.
prepare
configure release -DTASKQUEUE_TESTS=ON
provide_program nginx
build release bench_programs
say "- under siege"
BUILD_DIR=$build/release python3 "$here/tests/bench/siege.py"
