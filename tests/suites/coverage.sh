# shellcheck shell=bash
# Which lines of exporter/ all tests together reach (clang): at least nine of ten, and the others by file and number.
least=90
work=$build/coverage-profiles
prepare
install_packages "${fuzz_packages[@]}"
configure coverage -DTASKQUEUE_TESTS=ON
build coverage all test_programs
rm -rf "$work" && mkdir -p "$work"

say "- testing"
# Processes merge what they reached into a few files. Instrumented, a test that counts instructions or seconds may fail:
# what it reached counts, whether it is right is for ./test to say.
LLVM_PROFILE_FILE=$work/%8m.profraw ctest --test-dir "$build/coverage" -LE house -j3 >"$log/coverage-tests.log" || true
sed -n '/tests passed/,$p' "$log/coverage-tests.log"

llvm-profdata merge -sparse -o "$work/all" "$work"/*.profraw
objects=()
for program in "$build"/coverage/{taskqueue_exporter,cloud_simulator} "$build"/coverage/tests/*; do
  if [ -f "$program" ] && [ -x "$program" ]; then objects+=(-object "$program"); fi
done
llvm-cov export -format=lcov "${objects[@]:1}" -instr-profile="$work/all" "$here/exporter" >"$log/coverage.lcov" 2>"$log/coverage.log"

# A line for each file that is not reached whole, with the numbers of what is not, and one of all.
awk -F '[:,]' -v root="$here/" -v least="$least" '
  function close_range() { if (first) ranges = ranges " " first (last > first ? "-" last : ""); first = 0 }
  /^SF:/ { file = substr($0, 4 + length(root)); lines = missed = 0; ranges = "" }
  /^DA:/ {
    lines++
    if ($3 > 0) { close_range(); next }
    missed++
    if (!first) first = $2
    last = $2
  }
  /^end_of_record/ {
    close_range()
    all += lines; all_missed += missed
    if (missed) printf "%5d of %5d lines not reached: %s%s\n", missed, lines, file, ranges
  }
  END {
    share = all ? 100 * (all - all_missed) / all : 0
    printf "%5d of %5d lines of exporter/ reached: %.1f %%\n", all - all_missed, all, share
    exit share < least
  }' "$log/coverage.lcov" || fail "less than $least % of the lines are reached"
