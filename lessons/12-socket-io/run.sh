. lessons/kit/run.sh

lesson "It is not WebSocket: neither end understands the other kind. It adds events with any \
arguments, acknowledgements, binary."

packets() { # the packets of Engine.IO in a trace, without the frames that carry them
    grep -v 'FIN=' | wire ' [<>] (4|b)'
}

part() { # BYTES MEANING
    printf '    %-20s %s\n' "$1" "$2"
}

note "an event, taken apart"
start_server --trace
command "$build/client" socketio "$server" --transports websocket --emit hello 1 '"2"' \
    '{"three":[3]}'
event=$(packets <"$log" | sed -n 's/.* < \(4.*hello.*\)/\1/p')
echo "    < $event"
part '  4' 'a message of Engine.IO'
part '   2' 'an EVENT of Socket.IO, in the namespace / because it names none'
part '    ["hello"' 'its name, the first item of an array'
part '            ,1,"2",{"three":[3]}]' 'its arguments: a number, a text, an object'
arguments='1,"2",{"three":[3]}'
in_lesson_09="{\"event\":\"hello\",\"data\":[$arguments]}"
exact "packets before it that Engine.IO alone does not need: 40, and its answer" \
    "$(packets <"$log" | grep -c ' 40')"
exact "bytes of it are not its arguments'; one of them, the 4, is Engine.IO's (lesson 11)" \
    $((${#event} - ${#arguments}))
exact "bytes would be so in the form of lesson 09: $in_lesson_09" \
    $((${#in_lesson_09} - ${#arguments}))

echo
note "one that wants an answer, and one with bytes that wants one too"
mkfifo "$work/say"
"$build/client" socketio "$server" --transports websocket --ack <"$work/say" >"$work/heard" 2>&1 &
talking=$!
started="$talking $started"
exec 9>"$work/say"
await 'auth' "$work/heard"
cat >&9 <<'END'
message-with-ack 1 "2" {"three":[3]}
message-with-ack {"$bin":"AQID"}
END
await 'bin' "$work/heard"
exec 9>&-
wait "$talking"
packets <"$log" | grep -E '"message-with-ack"|> 4[36]|[<>] b' |
    beside '< 420' 'wants an answer: 0' |
    beside '> 430' 'this is it' |
    beside '< 451-1' 'one attachment is to come' |
    beside '< b' 'here: 3 bytes, in base64 only for this trace'
part '  42 0 [...]' 'acknowledge it with id 0; 43 0 [...] is that answer'
part '  45 1-' 'an EVENT with 1 attachment, id 1: the bytes follow as a binary message'

meetings=0
understood=0
waited=0
meet() { # WHO PATTERN-OF-THE-SERVER'S-VIEW COMMAND...
    echo
    note "$1"
    seen=$(wc -l <"$log")
    pattern=$2
    shift 2
    command "$@" >"$work/meeting"
    status=$?
    awk 'NR == 1 { print; next } /^unix [<>] [A-Za-z-]+: / { next } { print "    " $0 }' "$work/meeting"
    tail -n +$((seen + 1)) "$log" | grep -v 'FIN=' | wire "$pattern" |
        sed 's/socket.io [^:]*:/socket.io:/; s/^    /    server: /'
    meetings=$((meetings + 1))
    [ $status = 0 ] && understood=$((understood + 1))
    [ $status = 28 ] && waited=$((waited + 1))
    exact "is the status of the client" $status
}

meet "a WebSocket client at a Socket.IO server" '> HTTP' \
    "$build/client" websocket "$server/socket.io/" --data hello
meet "a Socket.IO client at a WebSocket server, which knows its own when it sees them" '> HTTP' \
    "$build/client" socketio "$server" --path /echo --transports websocket --max-time 1
meet "an Engine.IO client at a Socket.IO server: a message that is no packet of it" \
    '< 4|broke' "$build/client" engineio "$server/socket.io/" --data hello
meet "a Socket.IO client at an Engine.IO server, which returns every message" '[<>] 40' \
    "$build/client" socketio "$server" --path /engine.io/ --data hello
meet "an HTTP client at a Socket.IO server" '> HTTP' "$build/client" get "$server/socket.io/"
meet "a Socket.IO client at a WebSocket server that knows the handshake of lesson 07 and no EIO=4" \
    'in vain' "$build/client" socketio http://plain --transports websocket --max-time 1 -v \
    --proxy-command 'sh lessons/12-socket-io/plain.sh'
echo
exact "meetings of wrong partners" $meetings
exact "of them understood each other" $understood
exact "of them was waited for until the time was over (28); the others ended before" $waited

echo
note "and a WebSocket client that says what Engine.IO asks for, and then hello"
start second "$build/server" --port 0 --trace
"$build/client" websocket "$url/socket.io/?EIO=4&transport=websocket" --data hello >/dev/null 2>&1
await 'parse error' "$log"
wire '101|FIN=1' <"$log" | sed 's/key=[0-9a-f]*/key=KEY/' | head -4

# An event of which the packet has SIZE bytes: 42["message","xxx..."]
event_of() { # SIZE
    awk -v size=$(($1 - 16)) 'BEGIN { printf "message \""; for (i = 0; i < size; i++) printf "x"
        print "\"" }'
}

emit() { # SIZE TRANSPORT
    event_of "$1" | timeout 15 "$build/client" socketio "$url" --transports "$2" \
        --on message-back >"$work/back" 2>"$work/why"
    status=$?
    printf '    %s bytes by %-10s' "$1" "$2"
    if [ $status = 0 ]; then
        echo "came back, $(tr -cd x <"$work/back" | wc -c | tr -d ' ') times x"
    else
        sed "s/.*$port: //; s/;.*//; s/.*(\(.*\))/\1/" "$work/why"
    fi
}

echo
note "a message at the limit, 1000000 bytes, and one that is a byte longer"
start third "$build/server" --port 0 --quiet
for transport in websocket polling; do
    emit 1000000 $transport
    emit 1000001 $transport
done

verdict "So it is: what one kind says is noise to the other. Each end says so and hangs up, \
but for a server that upgrades whoever asks: it is silent, and the client hears nothing for all of \
the second that it was given. What Socket.IO adds is in front of the JSON: two digits, a number to \
answer with, and how many attachments follow."
