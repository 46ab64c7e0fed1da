# shellcheck shell=bash
# The status page in headless Chromium: errors, foreign requests, updates, search, injected tags, axe-core.
prepare
install_packages "${browser_packages[@]}"
configure release -DTASKQUEUE_TESTS=ON
build release taskqueue_exporter
mkdir -p "$build/release/browser"
cp "$here"/tests/browser/package.json "$here"/tests/browser/package-lock.json "$build/release/browser/"
logged npm-browser "installing playwright-core and axe-core" \
  npm ci --prefix "$build/release/browser" --ignore-scripts --no-audit --no-fund --prefer-offline
export BUILD_DIR=$build/release
# SCREENSHOTS=FOLDER keeps pictures of the page.
node --test "$here/tests/browser/page_test.mjs"
