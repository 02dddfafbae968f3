#!/bin/sh
# The genuine Socket.IO 4.8 and ours, each with the other: the sentences of the two
# published test suites, the genuine client with our server, and our client with
# the genuine server. What npm brings lies in build/genuine.
#
# usage: run.sh [reference]     (from the root; BUILD=build)
#
# reference: the genuine ones on both sides, which checks the checks.
#
# Ends with "genuine: N checks, M failed" and status 1 if any did; with status 77
# if there is nothing to run it with.
build=${BUILD:-build}
home=$build/genuine
SKIPPED=77
# All that matters has its version here, or npm would bring a newer one.
PACKAGES="socket.io@4.8.4 socket.io-client@4.8.4 socket.io-parser@4.2.7 \
socket.io-adapter@2.5.8 engine.io@6.6.12 engine.io-client@6.6.8 \
engine.io-parser@5.2.3 ws@8.21.0"

skip() { # WHY
    echo "$1"
    exit $SKIPPED
}

have_packages() {
    [ "$(cat "$home/installed" 2>&1)" = "$PACKAGES" ] && return
    rm -rf "$home" && mkdir -p "$home" || return
    echo '{"private":true}' >"$home/package.json"
    (cd "$home" && npm install --ignore-scripts --no-audit --no-fund \
        --fetch-retries=1 --fetch-timeout=20000 --loglevel=error $PACKAGES) ||
        return
    echo "$PACKAGES" >"$home/installed"
}

# They mostly wait, so they run side by side.
suite() { # NAME SCRIPT WORDS...
    name=$1
    script=tests/genuine/$2.js
    shift 2
    log=$home/$name.log
    {
        node "$script" "$@" >"$log" 2>&1
        grep -q ' checks, ' "$log" ||
            echo "$name: 1 checks, 1 failed" >>"$log" # it broke down
    } &
}

sum() { # FIELD: of the lines "NAME: N checks, M failed"
    cat "$home"/*.log | awk -v field="$1" \
        '/^[a-z_]+: [0-9]+ checks, [0-9]+ failed$/ { n += $field } END { print n + 0 }'
}

command -v npm >/dev/null && command -v node >/dev/null ||
    skip 'npm and node are not installed'
have_packages || skip "npm's packages cannot be had"

server=$build/server
app=$build/socketio_app
client="$build/client socketio --commands"
if [ "${1:-}" = reference ]; then
    server='node tests/genuine/reference_server.js'
    app=$server
    client='node tests/genuine/reference_client.js'
    export GENUINE_SECONDS=600 # it starts more slowly than ours
fi

export NODE_PATH="$PWD/$home/node_modules"
case $home in /*) NODE_PATH=$home/node_modules ;; esac
rm -f "$home"/*.log
trap 'kill $(jobs -p)' HUP INT TERM
suite engineio engineio_suite /engine.io/ $server
suite engineio_below engineio_suite /socket.io/ $app
suite socketio socketio_suite $app
suite their_client client_against_server $app
suite our_client our_client_against_genuine_server $client
wait
cat "$home"/*.log
echo "genuine: $(sum 2) checks, $(sum 4) failed"
[ "$(sum 4)" = 0 ]
