# shellcheck shell=bash
# clang-tidy over every source file, and a build with clang and its thread-safety analysis.
prepare
install_packages "${tidy_packages[@]}"
configure clang -DTASKQUEUE_TESTS=ON
build clang all test_programs
say "- clang-tidy; findings, if any, follow"
# Several files at once, as they are compiled: their headers are looked at once. To clang-tidy they are headers, too.
sed -n 's/^ *"file": "\(.*\)",*$/\1/p' "$build/clang/compile_commands.json" | grep -E "^($here/exporter|$build/clang/CMakeFiles)/" |
  xargs -n 1 -P "$(nproc)" clang-tidy -p "$build/clang" --quiet --config-file="$here/.clang-tidy" \
    --checks=-bugprone-suspicious-include,-clang-diagnostic-shadow --header-filter='/exporter/.*\.(h|cc)$' \
    --extra-arg=-Xclang --extra-arg=-analyzer-opt-analyze-headers 2>/dev/null
say "clang-tidy found nothing."
