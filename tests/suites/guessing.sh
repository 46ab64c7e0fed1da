# shellcheck shell=bash
# A thousand wrong passwords a minute against TLS and bcrypt, for a minute: every scrape answers.
prepare
configure release -DTASKQUEUE_TESTS=ON
build release taskqueue_exporter
export GUESSING_SECONDS=${GUESSING_SECONDS:-60}
python3 "$here/tests/e2e/web_config_changes_test.py" GuessingTest
