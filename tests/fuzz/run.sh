#!/bin/sh
# Let one fuzzer look for an input that breaks its codec.
#
# usage: run.sh FUZZER SECONDS
fuzzer=$1
seconds=$2
corpus=$fuzzer.corpus
log=$fuzzer.log
mkdir -p "$corpus"
if "$fuzzer" -max_total_time="$seconds" -print_final_stats=1 -timeout=10 \
    -artifact_prefix="$fuzzer." "$corpus" >"$log" 2>&1; then
    runs=$(sed -n 's/.*number_of_executed_units: *//p' "$log")
    echo "$(basename "$fuzzer"): $runs inputs in $seconds s, no finding"
    exit 0
fi
echo "$(basename "$fuzzer"): FAILED; the input is in $fuzzer.*, the report in $log" >&2
grep -m1 -E 'ERROR|runtime error' "$log" >&2
exit 1
