#!/bin/sh
# Everything that `make check` looks at besides the tests. What is not installed is
# skipped, said and counted. Ends at the first failure.
#
# usage: check.sh [STEP]...     (from the root; FUZZ_SECONDS=5 for each fuzzer)
#
# A step is one of the functions that stand below "the steps"; none means all.
unset MAKEFLAGS MFLAGS MAKELEVEL # of the make that called: we call it anew
build=${BUILD:-build}
FUZZ_SECONDS=${FUZZ_SECONDS:-5}
log=$build/check.log
done_count=0
skipped_count=0
SKIPPED=77

# ----------------------------------------------------------- the means

run_step() { # FUNCTION NAME: quiet when all is well, all it said when not
    start=$(date +%s)
    (set -eu && "$1") </dev/null >"$log" 2>&1
    status=$?
    took=$(($(date +%s) - start))
    case $status in
    0)
        done_count=$((done_count + 1))
        echo "ok: $2 ($took s)"
        ;;
    "$SKIPPED")
        skipped_count=$((skipped_count + 1))
        echo "skipped: $2 ($(tail -n 1 "$log"))"
        ;;
    *)
        tail -n 60 "$log"
        echo "FAILED: $2 ($took s; to see it again: sh $0 $1; the log is $log)"
        exit 1
        ;;
    esac
}

needs() { # PROGRAM
    command -v "$1" >/dev/null && return
    echo "$1 is not installed"
    exit $SKIPPED
}

needs_clang_with() { # SANITIZERS, which are a package of their own
    needs clang
    echo 'int main(void) { return 0; }' |
        clang "-fsanitize=$1" -x c -o /dev/null - && return
    echo "clang -fsanitize=$1 is not installed"
    exit $SKIPPED
}

made_with() { # COMPILER GOALS...: in a directory of its own; no warning is let pass
    compiler=$1
    shift
    make -s BUILD="$build/$compiler" CC="$compiler" WERROR=-Werror "$@"
}

with_each_backend() { # COMMAND...: at the same time
    status=0
    BACKEND=epoll "$@" &
    BACKEND=poll "$@" || status=$?
    wait $! || status=$?
    return $status
}

programs_in() { # DIRECTORY
    for program in server client weather bench floor conformance browser_test; do
        echo "$1/$program"
    done
}

# ----------------------------------------------------------- the steps

layers() {
    sh tests/check_layers.sh
}

with_gcc() { # the tests without sanitizers, for valgrind
    needs gcc
    made_with gcc SANITIZE='-O1 -g' $(programs_in "$build/gcc") tests
}

with_clang() {
    needs clang
    made_with clang $(programs_in "$build/clang")
}

with_clangs_sanitizers() {
    needs_clang_with address,undefined
    made_with clang test
}

with_musl() { # and it runs: a server, a client, a message there and back
    needs musl-gcc
    made_with musl-gcc LDFLAGS=-static shown
    said=$build/musl-gcc/server.out
    : >"$said"
    "$build/musl-gcc/server" -q -p 0 >"$said" &
    server=$!
    trap 'kill $server && wait $server' EXIT
    trap 'exit 1' HUP INT TERM
    tries=0
    until grep -q listening "$said"; do
        tries=$((tries + 1))
        [ $tries -le 100 ]
        sleep 0.1
    done
    url=$(sed 's/listening on //' "$said")
    client=$build/musl-gcc/client
    "$client" post -m 10 "$url/polling" -d hello
    "$client" get -m 10 "$url/polling?after=0" | grep '"text":"hello"'
    "$client" websocket -m 10 --after 0 -n 1 "$url" | grep -x hello
}

# The programs that tests start are looked at as well; they use epoll.
with_valgrind() {
    needs valgrind
    with_gcc
    export SERVER="$build/gcc/test/server" CLIENT="$build/gcc/test/client"
    export WEATHER="$build/gcc/test/weather" VALGRIND=1 BACKEND=poll
    export SOCKETIO_APP="$build/gcc/test/socketio_app"
    for test in tests/test_*.c; do
        echo "$build/gcc/test/$(basename "$test" .c)"
    done | xargs -n 1 -P 2 sh -c '
        valgrind -q --leak-check=full --show-leak-kinds=all \
            --errors-for-leak-kinds=all --error-exitcode=99 --trace-children=yes \
            --trace-children-skip="/bin/*,/usr/bin/*" "$0" >"$0.log" 2>&1 ||
            { cat "$0.log" && echo "valgrind: $0 failed" && exit 1; }'
}

fuzzers() {
    needs_clang_with address,undefined,fuzzer-no-link
    fuzzers=$(for file in tests/fuzz/*.c; do
        echo "$build/fuzz/$(basename "$file" .c)"
    done)
    make -s BUILD="$build" $fuzzers
    echo "$fuzzers" |
        xargs -P 2 -I FUZZER sh tests/fuzz/run.sh FUZZER "$FUZZ_SECONDS"
}

conformance() { # both sides, both backends
    made_with_default all "$build/conformance"
    "$build/conformance" --server "$build/server" --client "$build/client"
}

browser() {
    made_with_default all "$build/browser_test"
    with_each_backend "$build/browser_test" "$build/server"
}

lessons() { # and is what is broken in them found?
    ls lessons/*/solution.c >/dev/null 2>&1 || {
        echo 'what students get has no solutions'
        exit $SKIPPED
    }
    made_with_default shown
    sh lessons/kit/check.sh
    sh lessons/kit/test_check.sh
}

storm() { # tests/test_storm.c, and cuts at every byte
    test=$build/test/test_storm
    made_with_default "$test" "$build/test/socketio_app"
    export STORM=1 SOCKETIO_APP="$build/test/socketio_app"
    with_each_backend "$test"
}

genuine() { # Socket.IO as npm has it, and ours
    command -v npm >/dev/null && command -v node >/dev/null || {
        echo 'npm and node are not installed'
        exit $SKIPPED
    }
    made_with_default all "$build/socketio_app"
    BUILD="$build" sh tests/genuine/run.sh
}

comparison() { # a short one: by each of the techniques everything arrives
    made_with_default all
    "$build/client" compare -q --quick --workload sparse --json "$build/compare.json"
    [ "$(grep -c '"lost": 0, "duplicated": 0,' "$build/compare.json")" -eq 7 ]
}

made_with_default() {
    make -s BUILD="$build" "$@"
}

# ----------------------------------------------------------- all of them

name_of() { # STEP
    case $1 in
    layers) echo 'layers: no wrong arrow, no codec asks the kernel' ;;
    with_gcc) echo 'gcc: programs and tests without a warning' ;;
    with_clang) echo 'clang: programs without a warning' ;;
    with_clangs_sanitizers) echo 'clang: the tests under its sanitizers' ;;
    with_musl) echo 'musl: no warning, and a message there and back' ;;
    with_valgrind) echo 'valgrind: every test, and no leak' ;;
    fuzzers) echo "fuzzers: $FUZZ_SECONDS s each" ;;
    conformance) echo 'conformance: both sides, both backends' ;;
    browser) echo 'a real browser' ;;
    storm) echo 'storm: sessions of Socket.IO, cut at every byte' ;;
    comparison) echo 'comparison: a short one, and nothing is lost' ;;
    genuine) echo 'genuine: Socket.IO from npm, with ours' ;;
    lessons) echo 'lessons: starters lose, solutions win, READMEs tell the truth' ;;
    *) echo "$1: no such step" >&2 && exit 2 ;;
    esac
}

mkdir -p "$build"
[ $# -gt 0 ] || set -- layers with_gcc with_clang with_clangs_sanitizers with_musl \
    with_valgrind fuzzers conformance browser storm comparison genuine lessons
for step; do
    name=$(name_of "$step") || exit
    run_step "$step" "$name"
done
echo "check: $done_count steps done, $skipped_count skipped"
