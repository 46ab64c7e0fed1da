# shellcheck shell=bash
# All unit, wire and web tests, and the end-to-end tests, with address, undefined, leak and thread sanitizers.
prepare
for preset in asan-full tsan; do
  configure "$preset" -DTASKQUEUE_TESTS=ON
  build "$preset" all test_programs
done
for preset in asan-full tsan; do
  say "- testing with $preset"
  ctest --test-dir "$build/$preset" --output-on-failure -j4 -LE house
done
