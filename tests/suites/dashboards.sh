# shellcheck shell=bash
# The dashboards against Grafana's published schema types, and everything else that is known of them and of the rules.
prepare
configure release -DTASKQUEUE_TESTS=ON
build release taskqueue_exporter cloud_simulator
mkdir -p "$build/release/dashboards"
cp "$here"/tests/dashboards/schema/package.json "$here"/tests/dashboards/schema/package-lock.json "$build/release/dashboards/"
logged npm-dashboards "installing Grafana's types and TypeScript" \
  npm ci --prefix "$build/release/dashboards" --ignore-scripts --no-audit --no-fund --prefer-offline
node "$here/tests/dashboards/schema/check.mjs" "$build/release/dashboards"
ctest --test-dir "$build/release" --output-on-failure -R '^(rules|dashboards)\.|^e2e\.(dashboards|alerts)_test$'
