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
for client in $clients; do say $client '{"cmd":"quit"}'; done

verdict "So it is: the server says once to whom, and each of them hears it once, B too, who is in both \
rooms. A room of one namespace is not the room of the same name in another, and a second namespace \
costs no second connection."
