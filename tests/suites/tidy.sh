# shellcheck shell=bash
# clang-tidy over every source file, and a build with clang and its thread-safety analysis.
prepare
install_packages "${tidy_packages[@]}"
configure clang -DTASKQUEUE_TESTS=ON
build clang all test_programs
say "- clang-tidy; findings, if any, follow"
find "$here/exporter" -name '*.cc' -print0 |
  xargs -0 -n 1 -P "$(nproc)" clang-tidy -p "$build/clang" --quiet 2>/dev/null
say "clang-tidy found nothing."
