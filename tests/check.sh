#!/bin/sh
# Everything that `make check` looks at besides the tests. What is not installed is
# skipped, said and counted. Ends at the first failure.
#
# usage: check.sh      (from the root; FUZZ_SECONDS=10 for each fuzzer)
FUZZ_SECONDS=${FUZZ_SECONDS:-10}
done_count=0
skipped=0

# step NAME COMMAND...: quiet when all is well, everything it said when not.
step() {
    name=$1
    shift
    start=$(date +%s)
    if "$@" >build/check.log 2>&1; then
        done_count=$((done_count + 1))
        echo "ok: $name ($(($(date +%s) - start)) s)"
        return
    fi
    tail -n 60 build/check.log
    echo "FAILED: $name (the whole output is in build/check.log)"
    exit 1
}

# step_with PROGRAM NAME COMMAND...: the same, if there is such a program.
step_with() {
    if command -v "$1" >/dev/null; then
        shift
        step "$@"
    else
        skipped=$((skipped + 1))
        echo "skipped: $2 ($1 is not installed)"
    fi
}

compile() { # COMPILER FLAGS: all programs and tests, no warning
    make -s BUILD="build/$1" CC="$1" CFLAGS="$2" WERROR=-Werror all tests \
        "build/$1/bench" "build/$1/floor" "build/$1/conformance" \
        "build/$1/browser_test"
}

musl() { # and it runs: a server, a client, a message
    make -s BUILD=build/musl CC=musl-gcc CFLAGS='-O2 -static' WERROR=-Werror all
    exchange build/musl/server build/musl/client
}

exchange() { # SERVER CLIENT
    rm -f build/check.port
    "$1" -p 0 -q >build/check.port &
    server=$!
    until grep -q listening build/check.port; do sleep 0.1; done
    url=$(sed 's/listening on //' build/check.port)
    "$2" post "$url/polling" -d hello && "$2" websocket "$url" -n 1 </dev/null |
        grep -x hello
    result=$?
    kill $server
    wait $server && return $result
}

memory() { # every test under valgrind, two at a time; leaks count
    make -s BUILD=build/plain SANITIZE='-O1 -g' tests
    ls build/plain/test/test_* | grep -v '\.d$' | VALGRIND=1 CLIENT=build/plain/test/client \
        xargs -n 1 -P 2 valgrind -q --error-exitcode=99 --leak-check=full \
        --show-leak-kinds=definite,indirect,possible
}

fuzz() {
    make -s FUZZ_SECONDS="$FUZZ_SECONDS" fuzz
}

layers() {
    for file in common/*.c; do
        mkdir -p build/plain/common
        cc -std=c11 -O1 -D_DEFAULT_SOURCE -D_POSIX_C_SOURCE=200809L -I. -c \
            -o "build/plain/$(echo "$file" | sed 's/c$/o/')" "$file" || return 1
    done
    sh tests/check_layers.sh build
}

browser() {
    make -s build/browser_test all && build/browser_test build/server
}

suites() {
    make -s build/conformance all && build/conformance
}

has_chromium() {
    command -v chromium || command -v chromium-browser || command -v google-chrome
}

mkdir -p build
step 'layers' layers
step_with gcc 'gcc, no warning' compile gcc '-O2'
step_with clang 'clang, no warning' compile clang '-O2'
step_with musl-gcc 'musl, no warning, and it runs' musl
step_with valgrind 'valgrind over the tests' memory
step_with clang "fuzzers, $FUZZ_SECONDS s each" fuzz
step 'conformance, both sides, both backends' suites
if has_chromium >/dev/null; then
    step 'a real browser' browser
else
    skipped=$((skipped + 1))
    echo 'skipped: a real browser (Chromium is not installed)'
fi
echo "check: $done_count steps passed, $skipped skipped"
