. lessons/kit/run.sh

lesson "To one, to all, to all but one, to a subset; and several channels over one connection."

start_app() {
    start app "$build/socketio_app" --port 0 --trace
    server=$url
}

# Five clients that do what fds 3 to 7 tell them; what any of them hears is read
# from fd 8, with its name in front.
clients="A B C D E"

begin() { # NAME
    mkfifo "$work/$1"
    (
        exec 3>&- 4>&- 5>&- 6>&- 7>&-
        "$build/client" socketio "$server" --commands --transports websocket --max-time 15 \
            <"$work/$1" 2>"$work/$1.log" | while read -r line; do echo "$1 $line"; done >"$work/heard"
    ) &
}

say() { # CLIENT COMMAND
    case $1 in
    A) echo "$2" >&3 ;;
    B) echo "$2" >&4 ;;
    C) echo "$2" >&5 ;;
    D) echo "$2" >&6 ;;
    E) echo "$2" >&7 ;;
    esac
}

emit() { # CLIENT EVENT ARGUMENTS [NAMESPACE]
    say "$1" "{\"cmd\":\"emit\",\"nsp\":\"${4:-/}\",\"event\":\"$2\",\"args\":$3}"
}

# Read what is heard until a line matches. Who heard a message is noted, once for
# each copy; so is who connected.
copies=
joined=0
hear() { # PATTERN
    while read -r line <&8; do
        case $line in
        *'"ext:room"'* | *'"message-back"'*) copies="$copies ${line%% *}" ;;
        *'"ev":"connect"'*) joined=$((joined + 1)) ;;
        esac
        case $line in *$1*) return ;; esac
    done
    echo "waited in vain for: $1" >&2
    exit 1
}

# What the server has said to a client until now, the client has heard then: an
# answer that is asked for now comes behind it.
turn=0
catch_up() { # CLIENT
    turn=$((turn + 1))
    say "$1" "{\"cmd\":\"emit\",\"event\":\"message-with-ack\",\"args\":[],\"ack\":\"$turn\"}"
    hear "\"tag\":\"$turn\""
}

deliveries=0
row() { # WHAT SENDER EVENT ARGUMENTS [NAMESPACE]
    copies=
    what=$1
    shift
    emit "$@"
    catch_up "$1"
    for client in $clients; do [ "$client" = "$1" ] || catch_up "$client"; done
    printf '    %-46s' "$what"
    for client in $clients; do
        count=$(echo "$copies" | tr ' ' '\n' | grep -c "$client")
        deliveries=$((deliveries + count))
        [ "$count" = 0 ] && printf '  .' || printf '  %s' "$count"
    done
    echo
}

join_room() { # CLIENT ROOM [NAMESPACE]
    emit "$1" ext:join "[\"$2\"]" "${3:-/}"
    catch_up "$1"
}

start_app
mkfifo "$work/heard"
for client in $clients; do begin $client; done
exec 3>"$work/A" 4>"$work/B" 5>"$work/C" 6>"$work/D" 7>"$work/E" 8<"$work/heard"
for client in $clients; do hear '"ev":"connect"'; done
for client in $clients; do catch_up $client; done

note "A and B are in room blue, B and C in room red"
join_room A blue
join_room B blue
join_room B red
join_room C red
for client in A D E; do
    say $client '{"cmd":"join","nsp":"/ext-dyn-1"}'
    hear "$client "*'"ev":"connect"'
done
note "A, D and E are in a second namespace, and E in its room blue"
join_room E blue /ext-dyn-1
echo
printf '    %-46s' 'what a server says                who hears it'
for client in $clients; do printf '  %s' $client; done
echo
row 'io.emit()' A ext:except '[[]]'
row 'socket.emit(), and the socket is A' A message '["text"]'
row 'socket.broadcast.emit(), A' A ext:broadcast '["text"]'
row 'io.to("blue").emit()' D ext:in '["blue","text"]'
row 'io.to("blue").to("red").emit()' D ext:in '[["blue","red"],"text"]'
row 'socket.to("blue").emit(), A' A ext:to '["blue","text"]'
row 'socket.to("blue").to("red").emit(), A' A ext:to '[["blue","red"],"text"]'
row 'io.except("blue").emit()' A ext:except '["blue","text"]'
row 'io.to("green").emit(), where nobody is' A ext:in '["green","text"]'
row 'io.of("/ext-dyn-1").emit()' A ext:except '[[]]' /ext-dyn-1
row 'io.of("/ext-dyn-1").to("blue").emit()' A ext:in '["blue","text"]' /ext-dyn-1
exact "messages arrived, for 11 that were said" $deliveries
exact "sockets: five in /, three in the other namespace" $joined
exact "connections that carry them" $(($(metric connections) - 1))

grep -A4 -E '< 42\["ext:in","blue"' "$log" | grep -E '[<>] 42\["ext:(in|room)"' | sed -n '1,3p' | wire . |
    beside 'ext:in' 'the server is asked for a message to room blue' |
    beside 'ext:room' 'to A, and the same to B: no room is on the wire'

echo
note "what a thousand bytes cost"
text=$(printf '%01000d' 0)
sent_for() { # EVENT ARGUMENTS
    before=$(metric sent_bytes_total)
    emit D "$1" "$2"
    catch_up D
    echo $(($(metric sent_bytes_total) - before))
}
number "bytes from the server, to all" "$(sent_for ext:except "[[],\"$text\"]")"
number "bytes from the server, to blue" "$(sent_for ext:in "[\"blue\",\"$text\"]")"
number "bytes from the server, to nobody: the questions about it" \
    "$(sent_for ext:in "[\"green\",\"$text\"]")"

echo
note "a slow reader that eats the memory: F and G are in room slow, and F stops reading"
trap 'kill -KILL $listeners 2>/dev/null; finish' EXIT # who is stopped hears nothing else
listeners=
for client in F G; do
    echo 'ext:join "slow"' | "$build/client" socketio "$server" --transports websocket \
        --on ext:room --count 1000 >"$work/$client" 2>/dev/null &
    listeners="$! $listeners"
done
await_count() { # COUNT PATTERN FILE: as many lines of it as there are, COUNT at most
    timeout 10 tail -n +1 -f "$3" | grep -cE -m"$1" -e "$2"
}
[ "$(await_count 2 '< 42\["ext:join","slow"\]' "$log")" = 2 ] || exit 1
kill -STOP ${listeners#* }
text=$(printf '%0100000d' 0)
said=0
before=$(metric sent_bytes_total)
until grep -q "transport error" "$log" || [ $said = 500 ]; do
    emit D ext:in "[\"slow\",\"$text\"]"
    catch_up D
    said=$((said + 1))
done
heard=$(await_count $said ext:room "$work/G")
grep 'transport error' "$log" | wire . | sed -n '$s/[^ ]* left/F left/p' |
    beside left 'so much waits for it that the server hangs up'
sent=$(($(metric sent_bytes_total) - before - said * 100000)) # and these to G
number "messages of 100,000 bytes were said when the server gave F up" $said
number "bytes of F's went out, into buffers of the kernel" $sent
number "bytes of F's were kept by the server: 1 MiB, and the last message" \
    $((said * 100000 - sent))
exact "of the messages did not reach G" $((said - heard))
for client in $clients; do say $client '{"cmd":"quit"}'; done

verdict "So it is: the server says once to whom, and each of them hears it once, B too, who is in both \
rooms. A room of one namespace is not the room of the same name in another, and a second namespace \
costs no second connection. Who does not read is given up, before it costs more than a bound."
