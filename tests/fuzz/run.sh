#!/bin/sh
# Make one fuzzer, and let it look for an input that breaks its codec. It begins with
# the lines of FUZZER.seeds, as printf '%b' takes them, and with what the runs before
# have learnt and found: until it is mended, a finding is found again at once.
#
# usage: run.sh FUZZER SECONDS     (from the root; FUZZER as in build/fuzz/fuzz_url)
#
# One line; after a finding also how to see it again, and exit status 1.
unset MAKEFLAGS MFLAGS MAKELEVEL
fuzzer=$1
seconds=$2
name=$(basename "$fuzzer")
corpus=$fuzzer.corpus
log=$fuzzer.log

if ! echo 'int LLVMFuzzerTestOneInput(void) { return 0; }' |
    clang -fsanitize=fuzzer,address -x c -o /dev/null - 2>/dev/null; then
    echo "skipped: $name (clang with libFuzzer is not installed)"
    exit 0
fi
make -s BUILD="${fuzzer%/fuzz/*}" "$fuzzer" >/dev/null || exit 1

mkdir -p "$corpus"
seeds=tests/fuzz/$name.seeds
number=0
[ ! -e "$seeds" ] || while IFS= read -r seed; do
    number=$((number + 1))
    printf '%b' "$seed" >"$corpus/seed-$number"
done <"$seeds"
"$fuzzer" -max_total_time="$seconds" -timeout=10 -print_final_stats=1 \
    -artifact_prefix="$corpus/" "$corpus" </dev/null >"$log" 2>&1
status=$?
if [ $status = 0 ]; then
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    echo "$name: ${runs:-no} inputs in $seconds s, no finding"
    exit 0
fi
input=$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)
echo "$name: FAILED: $(grep -m1 -oE '(ERROR|runtime error): .*' "$log")"
echo "  again with: $fuzzer ${input:-$corpus}     (the report: $log)"
exit 1
