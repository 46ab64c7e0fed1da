# shellcheck shell=bash
# All unit, wire and web tests, and the end-to-end tests, with address, undefined, leak and thread sanitizers.
prepare
for preset in asan-full tsan; do
  configure "$preset" -DTASKQUEUE_TESTS=ON
  build "$preset" all test_programs
done
say "- testing with asan-full"
WORLDS=1-20 ctest --test-dir "$build/asan-full" --output-on-failure -j4 -LE house
say "- testing with tsan"
# Simulated days are lived through by one thread.
ctest --test-dir "$build/tsan" --output-on-failure -j4 -LE 'house|day'
