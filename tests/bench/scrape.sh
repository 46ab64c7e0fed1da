# shellcheck shell=bash
# Scrapes of ten thousand series beside nginx and prometheus-cpp's own server.
install_packages "${bench_packages[@]}"
provide_program nginx
build release bench_programs
say "- scraping ten thousand series"
BUILD_DIR=$build/release python3 "$here/tests/bench/scrape.py"
