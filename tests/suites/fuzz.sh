# shellcheck shell=bash
# Every fuzzer with libFuzzer and sanitizers, ten million executions together, and the lines of the parsers they reach.
seconds=${FUZZ_SECONDS:-60}              # a round of one fuzzer; two run at a time
executions=${FUZZ_EXECUTIONS:-10000000}  # rounds are added until there were so many
least_coverage=85                        # percent of the parsers' lines

# What reads bytes that others wrote.
parsers=(
  exporter/utc.cc exporter/config
  exporter/api/{value,fields,ini_file,proxy_rules,credentials}.cc
  exporter/tencent/{tencent_dialect,error_codes,task_item,task_detail,batch_item,scroll,job_pages}.cc
  exporter/tencent/{mps_reader,vod_reader,batch_reader,time_selection,profile_files,role_metadata,token_service}.cc
  exporter/alibaba/{alibaba_dialect,error_codes,ecs_task_set,ecs_reader,profile_files,role_metadata,token_service}.cc
  exporter/ledger/{bytes.h,record_form.h,record_form.cc,records_reading.cc,records.cc}
  exporter/web/{read_web_config,yaml_section,go_duration,listen_address,negotiation,quality_list}.cc
  exporter/web/{request,request_reader}.cc exporter/web/connection.h
  exporter/simulator/{parameters,tc3,acs,connection}.cc
)

prepare
install_packages "${fuzz_packages[@]}"
configure fuzz -DTASKQUEUE_TESTS=ON
build fuzz libfuzzer_programs
configure coverage -DTASKQUEUE_TESTS=ON
build coverage fuzzers

work=$build/fuzzing
mkdir -p "$work/findings"
: >"$work/executions"
mapfile -t fuzzers <"$build/fuzz/tests/fuzzers.txt"

# fuzz_one NAME CORPUS...: one round; what is new goes into a corpus that stays.
fuzz_one() {
  local name=$1 file=$log/fuzz-$1.log
  shift
  mkdir -p "$work/corpus/$name"
  if ! "$build/fuzz/tests/fuzz_$name" -max_total_time="$seconds" -timeout=20 -print_final_stats=1 \
    -artifact_prefix="$work/findings/$name-" "$work/corpus/$name" "$@" >"$file" 2>&1; then
    grep -E 'does not hold|ERROR|SUMMARY|runtime error|Test unit written' "$file" >&2
    fail "$name has a finding; all of it is in $file"
  fi
  printf '%s %s\n' "$name" "$(sed -n 's/^stat::number_of_executed_units: *//p' "$file")" >>"$work/executions"
}
executed() { awk '{ sum += $2 } END { print sum + 0 }' "$work/executions"; }

export -f fuzz_one fail
export build log work seconds
while [ "$(executed)" -lt "$executions" ]; do
  say "- a round of every fuzzer ($(executed) executions so far)"
  # shellcheck disable=SC2016  # the inner shell's
  printf '%s\n' "${fuzzers[@]}" | xargs -P 2 -L 1 bash -c 'fuzz_one "$@"' _
done
sort "$work/executions" | awk '
  { sum[$1] += $2; all += $2 }
  END { for (name in sum) printf "%12d  %s\n", sum[name], name; printf "%12d  executions, no finding\n", all }' | sort -k2

say "- lines of the parsers that these inputs reach"
rm -f "$work"/*.profraw
for line in "${fuzzers[@]}"; do
  read -ra words <<<"$line"
  LLVM_PROFILE_FILE=$work/${words[0]}.profraw "$build/coverage/tests/fuzzers" "${words[0]}" 0 \
    "$work/corpus/${words[0]}" "${words[@]:1}" >>"$log/fuzz-reach.log"
done
llvm-profdata merge -sparse -o "$work/coverage" "$work"/*.profraw
llvm-cov report "$build/coverage/tests/fuzzers" -instr-profile="$work/coverage" "${parsers[@]/#/$here/}" >"$log/fuzz-coverage.log"
# Of its columns: the lines, those missed, and the name.
awk '$8 ~ /^[0-9]+$/ { printf "%6d of %6d lines  %7s  %s\n", $8 - $9, $8, $10, $1 }' "$log/fuzz-coverage.log"
awk -v least="$least_coverage" '$1 == "TOTAL" && $10 + 0 >= least { enough = 1 } END { exit !enough }' "$log/fuzz-coverage.log" ||
  fail "the fuzzers reach less than $least_coverage % of the parsers' lines"
