. lessons/kit/run.sh

lesson "Page and socket come from one port; who joins, says and leaves is an event to all."

# Somebody at a socket; what is heard goes to a file of that name.
enter() { # NAME FILE-TO-READ-FROM OPTIONS...
    name=$1
    typed=$2
    shift 2
    : >"$work/$name"
    "$build/client" socketio "$server/chat" --transports websocket \
        --auth "{\"nickname\":\"$name\"}" "$@" <"$typed" >"$work/$name" 2>/dev/null &
    started="$! $started"
    await '"welcome"' "$work/$name"
}

start_server --trace
note "what a browser asks for that is given $server/chat: the page, and what it names"
"$build/client" get "$server/chat" >"$work/page"
names=$(sed -n 's/.* \(src\|href\)="\(\/[^"]*\)".*/\2/p' "$work/page")
for name in $names; do
    "$build/client" get "$server$name" >>"$work/page"
done
note "and Ann, who stands for the page's script: a program with its Origin, $server"
enter Ann /dev/null --header "Origin: $server"
grep -E '< GET|> HTTP' "$log" | wire . | sed -E 's/([a-z]) *HTTP.*/\1/' |
    beside 'GET /chat$' 'the page' |
    beside 'chat_page.js' 'named by the page, on the same port' |
    beside '101' 'its Origin is the Host that it asks: let in'
"$build/client" socketio "$server/chat" --header 'Origin: http://elsewhere.example' \
    </dev/null >/dev/null 2>&1
exact "things that the page has from another host or port" \
    "$(grep -c '\(src\|href\)="[a-z]*://' "$work/page")"
exact "page and socket of the same host and port: 101" "$(grep -c '> HTTP/1.1 101' "$log")"
exact "socket for a page from elsewhere: 403" "$(grep -c '> HTTP/1.1 403' "$log")"
number "bytes of page, looks and scripts" "$(wc -c <"$work/page")"

echo
note "Ann as before, Bob and Dan at the command line; Cleo has long polling, and no socket"
: >"$work/Cleo"
"$build/client" long-polling "$server" --channel lobby >"$work/Cleo" 2>/dev/null </dev/null &
started="$! $started"
await 'GET /long-polling' "$log"
enter Dan /dev/null
mkfifo "$work/keyboard"
exec 9<>"$work/keyboard"
enter Bob "$work/keyboard"
bob=${started%% *}
await '"joined","Bob"' "$work/Dan"
echo '["typing",true]' >&9
await '"typing","Bob"' "$work/Dan"
echo '["message","hello"]' >&9
for name in Ann Bob Dan Cleo; do
    await 'Bob: hello' "$work/$name"
done
"$build/client" post "$server/long-polling?channel=lobby" -d 'Cleo: hi, Bob' >/dev/null
for name in Ann Bob Dan Cleo; do
    await 'Cleo: hi' "$work/$name"
done
kill "$bob"
await '"left","Bob"' "$work/Dan"
await '"left","Bob"' "$work/Ann"
await 'GET /long-polling.*after=2' "$log"
note "what Ann heard:"
sed -E 's/("instance":")[^"]*/\1ID/; s/^/    /' "$work/Ann"
echo
echo "                        Ann   Bob   Dan  Cleo"
for event in '"joined","Bob"' '"typing","Bob"' 'Bob: hello' 'Cleo: hi' '"left","Bob"'; do
    printf '    %-18s' "$(echo "$event" | tr -d '"')"
    for name in Ann Bob Dan Cleo; do
        printf '%6d' "$(grep -c -e "$event" "$work/$name")"
    done
    echo
done
echo
size() { # PATTERN: what the last line of the trace that matches says of its frame
    grep "$1" "$log" | sed -n 's/.* length=\([0-9]*\).*/\1/p' | tail -n 1
}
exact "requests of Ann's, Bob's and Dan's together, to open three sockets" \
    "$(grep -c '< GET /socket.io.*websocket' "$log")"
exact "requests of Cleo's, for two messages and one of her own" \
    "$(grep -c '< [A-Z]* /long-polling' "$log")"
number "bytes of one message to Ann, in a frame" "$(size 'TEXT MASK=0.*Cleo: hi')"
exec 9>&-

verdict "So it is: where page and socket share a port, no other origin need be let in. Who comes, \
types and goes is heard by all others who have a socket; what is said, by the speaker too, and by who has \
only the channel."
