. lessons/kit/run.sh

lesson "Start with what always works, then change to what is better: long polling first, WebSocket \
if it gets through."

visible() { # a payload, its record separators made visible
    sed "s/$(printf '\036')/ <1E> /g; s/^/    /"
    echo
}

note "a session by hand: a handshake, a POST of three packets, a poll"
start_server
engine="$server/engine.io/?EIO=4&transport=polling"
command_line "curl '$engine'"
curl -s "$engine" >"$work/open"
visible <"$work/open"
sid=$(sed 's/.*"sid":"\([^"]*\)".*/\1/' "$work/open")
command_line "printf '4hello\\0364world\\036bAQIDBA==' | curl --data-binary @- '...&sid=$sid'"
printf '4hello\0364world\036bAQIDBA==' | curl -s --data-binary @- "$engine&sid=$sid" | visible
command_line "curl '...&sid=$sid'"
curl -s "$engine&sid=$sid" | visible

# A client that says what fd 9 tells it, and whose answers are read from fd 8.
talk() { # URL OPTIONS
    rm -f "$work/say" "$work/hear"
    mkfifo "$work/say" "$work/hear"
    "$build/client" engineio "$@" <"$work/say" >"$work/hear" 2>"$work/talk.log" &
    talking=$!
    started="$talking $started"
    exec 9>"$work/say" 8<"$work/hear"
}

hang_up() {
    exec 9>&-
    wait "$talking"
    exec 8<&-
}

# Say N lines, each when the one before has come back.
converse() { # N
    good=0
    for i in $(seq "$1"); do
        echo "$i" >&9
        read -r heard <&8
        [ "$heard" = "$i" ] && good=$((good + 1))
    done
}

echo
note "the program does the same, goes over to WebSocket, and then says hello"
start upgraded "$build/server" --port 0 --trace
server=$url
talk "$server"
await '< 5$' "$log"
echo hello >&9
read -r heard <&8
wire '< GET|> 0|HTTP/1.1 101|probe$|> 6$|< 5$| [<>] 4' <"$log" | grep -v 'FIN=' |
    sed 's/&sid=[^ ]*/\&sid=SID/' | awk '!is_shown[$0]++' | # one poll will do
    beside 'polling HTTP' 'the handshake' |
    beside '> 0' 'the session has an id; WebSocket may be tried' |
    beside 'polling&sid' 'a poll, which goes on while it is tried' |
    beside 2probe 'does it get through?' |
    beside 3probe 'it does' |
    beside '> 6' 'the poll that waits is let go' |
    beside '< 5' 'and nothing is under way: from here on by WebSocket'
hang_up

# What a client asks and has to wait for, until it may speak by WebSocket.
trips() { # LOG
    grep -cE '< (GET .*(transport=polling HTTP|transport=websocket)|2probe$)' "$1"
}
exact "trips, each of which waits for the one before: the handshake, the 101, the probe" \
    "$(trips "$log")"
start direct "$build/server" --port 0 --trace
server=$url
echo hello | "$build/client" engineio "$server" --transports websocket -n 1 >"$work/heard"
exact "for who begins with WebSocket: the 101, and the handshake comes behind it unasked" \
    "$(trips "$log")"

# One at a time, there and back: what does a message cost?
traffic() {
    requests=$(metric requests_total)
    bytes=$(($(metric received_bytes_total) + $(metric sent_bytes_total)))
}

# The third question above and the first below are ours.
measure() { # N HOW: number or exact
    traffic
    before=$requests
    bytes_before=$bytes
    converse "$1"
    traffic
    exact "of $1 messages came back, each before the next was said" "$good"
    $2 "requests for them" $((requests - before - 3))
    number "bytes for each, both ways" "$(calculate "($bytes - $bytes_before) / $1")"
}

echo
note "over WebSocket, because it got through"
talk "$server"
await '< 5$' "$log"
measure 200 exact
hang_up

echo
note "the same over a network that strips Upgrade"
start straight "$build/server" --port 0 --trace
server=$url
served=$log
start weather "$build/weather" --port 0 --trace --strip-upgrade "$server"
stripping=$url
"$build/client" websocket "$stripping/echo" --data hello >"$work/plain" 2>&1
exact "is how a plain WebSocket ends there: HTTP error" "$?"
talk "$stripping"
await '400 Bad Request' "$served"
measure 200 number
hang_up

# Somebody who keeps talking until the upgrade has happened or failed, and then
# says a thousand lines more.
keep_talking() { # PATTERN-OF-THE-END LOG
    said=0
    until [ $said -ge 100000 ] || grep -qE "$1" "$2"; do
        seq $((said + 1)) $((said + 10)) >&9
        said=$((said + 10))
    done
    seq $((said + 1)) $((said + 1000)) >&9
    said=$((said + 1000))
}

across() { # NAME PATTERN-OF-THE-END HOW-MANY-FRAMES: number or exact, OPTIONS-OF-WEATHER
    start "$1-server" "$build/server" --port 0 --trace
    served=$log
    start "$1-weather" "$build/weather" --port 0 --quiet --delay 10 $4 "$url"
    talk "$url"
    cat <&8 9>&- >"$work/$1" &
    keep_talking "$2" "$served"
    await "^$said\$" "$work/$1"
    hang_up
    seq $said >"$work/said"
    number "messages were said, some before, some during, some behind it" $said
    $3 "of them went as frames, the others in POSTs" \
        "$(grep -c 'MASK=1 .* "4' "$served")"
    exact "of them are lost" $((said - $(sort -u "$work/$1" | wc -l)))
    exact "lines differ from what was said: order, or said twice" \
        "$(diff "$work/said" "$work/$1" | grep -c '^[<>]')"
}

echo
note "somebody talks while the upgrade is under way, on a network of 10 ms"
across through '< 5$' number ''
echo
note "and while it fails, because Upgrade is stripped"
across stripped '400 Bad Request' exact '--strip-upgrade'

verdict "So it is: whoever begins with polling is connected wherever HTTP is, and loses nothing when \
it changes. Where WebSocket gets through, the change pays: no request any more, and fewer bytes for \
each message."
