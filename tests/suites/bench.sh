# shellcheck shell=bash
# Measures what must be fast against others in the same run, prints the tables (tests/bench) and writes docs/performance.md.
prepare
configure release -DTASKQUEUE_TESTS=ON
install_packages "${bench_packages[@]}"
for program in "${bench_programs[@]}"; do provide_program "$program"; done
broken=()
export FIGURES=$log/figures.new
: >"$FIGURES"
report=$log/performance.md
{
  cat "$here/tests/bench/introduction.md"
  printf '\nMeasured on %s, %s cores, %s, revision %s.\n' "$(sed -n 's/^model name\s*: //p' /proc/cpuinfo | head -n 1)" "$(nproc)" \
    "$(. /etc/os-release && printf '%s' "$PRETTY_NAME")" "$(git -C "$here" -c safe.directory='*' rev-parse --short HEAD 2>/dev/null || printf 'unknown')"
} >"$report"
for part in "$here"/tests/bench/*.sh; do
  name=$(basename "$part" .sh)
  # In a shell of its own, so that a broken bound does not keep the next table from being shown.
  (set -e && . "$part") > >(tee "$log/bench-$name.txt") || broken+=("$name")
  wait $!
  printf '\n## %s\n\n```text\n%s\n```\n' "$(sed -n '2{s/^# *//; s/\. Part of .*//; s/\.$//; p}' "$part")" "$(grep -vE '^(- |  took )' "$log/bench-$name.txt")" >>"$report"
done
cat "$here/tests/bench/lessons.md" >>"$report"
if [ -e "$log/figures" ]; then python3 "$here/tests/bench/figures.py" "$log/figures" "$FIGURES"; fi
mv "$FIGURES" "$log/figures"
cp "$report" "$here/docs/performance.md"
say "- written: docs/performance.md"
[ ${#broken[@]} -eq 0 ] || fail "bounds were broken in: ${broken[*]}"
