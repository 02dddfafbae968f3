. lessons/kit/run.sh

lesson "Both sides send when they like, with little overhead."

# The first bytes of the first frame that went this way.
header() { # DIRECTION TRACE
    sed -n "s/^[^ ]* $1 0000  \(81 .\{44\}\).*/\1/p" "$2" | head -n 1 | sed 's/ *$//'
}

# How many bytes went this way, as a trace shows them.
bytes_in() { # DIRECTION TRACE
    sed -n "s/^[^ ]* $1 [0-9a-f]\{4\}  \(.\{48\}\).*/\1/p" "$2" | wc -w
}

# The same behind the 101.
frames_of() { # TRACE
    sed '1,/ < HTTP.* 101 /d' "$1"
}

# What a byte of a header says, bit by bit (RFC 6455, 5.2).
bits() { # HEXADECIMAL
    value=$((0x$1))
    for bit in 128 64 32 16 8 4 2 1; do
        printf '%d' $((value / bit % 2))
    done
}
of_type() { # HEXADECIMAL
    set -- "$1" "$(bits "$1")"
    echo "          $1 = $2   FIN $((0x$1 / 128)), reserved $(echo "$2" | cut -c2-4)," \
        "opcode $((0x$1 % 16))"
}
of_length() { # HEXADECIMAL
    echo "          $1 = $(bits "$1")   MASK $((0x$1 / 128)), length $((0x$1 % 128))"
}

note "hello, there and back: the frames, and their bits"
start_server --trace
"$build/client" websocket "$server/echo" -d hello -n 1 --trace=hex >"$work/heard" 2>"$work/trace"
wire '[<>] FIN=.*TEXT' <"$log"
up=$(header '>' "$work/trace")
down=$(header '<' "$work/trace")
payload=$(echo "$down" | cut -c7-)
size=$(echo "$payload" | wc -w)
echo "    up    $(echo "$up" | cut -c-5)  key of $(($(echo "$up" | wc -w) - 2 - size))" \
    " payload of $size, each byte XOR one of the key"
echo "    down  $(echo "$down" | cut -c-5)            payload of $size: $payload"
of_type "$(echo "$up" | cut -c-2)" | beside = 'all of a text'
of_length "$(echo "$up" | cut -c4-5)"
of_length "$(echo "$down" | cut -c4-5)"

echo
note "a header grows with its payload"
for size in 0 125 126 65535 65536; do
    text=$(head -c $size /dev/zero | tr '\0' x)
    "$build/client" websocket "$server/echo" -d "$text" -n 1 --trace=hex \
        >"$work/heard" 2>"$work/trace"
    down=$(header '<' "$work/trace" | sed 's/ 78.*//')
    up=$(header '>' "$work/trace")
    [ $size = 0 ] && shortest_down=$(echo "$down" | wc -w) shortest_up=$(echo "$up" | wc -w)
    echo "    payload of $size: down $down, up $(echo "$up" | cut -c-${#down}) and the key"
done
exact "bytes of the shortest header down" "$shortest_down"
exact "bytes of the shortest header up, with its key" "$shortest_up"

echo
note "one client is silent; another publishes 50 messages at once"
: >"$work/silent"
"$build/client" websocket "$server" -n 50 --trace=hex >"$work/heard" 2>>"$work/silent" &
started="$! $started"
await '< HTTP/1.1 101' "$work/silent"
seq 50 | "$build/client" websocket "$server" -q >"$work/own"
await 'CLOSE.*MASK=0' "$work/silent"
frames_of "$work/silent" | sed '/> FIN.* CLOSE/,$d' >"$work/frames"
exact "bytes that the silent one sent" "$(bytes_in '>' "$work/frames")"
exact "messages that it heard, each a frame" "$(grep -c '< FIN=1.*TEXT' "$work/frames")"
number "recvs that brought them: one recv is not one frame" "$(grep -c '< 0000' "$work/frames")"

# Of the 50 that are there now, what each costs who comes for all of them.
came_for_all() { # MODE
    "$build/client" "$1" "$server" --after 0 -n 50 --trace=hex >"$work/heard" 2>"$work/$1"
    up=$(bytes_in '>' "$work/$1")
    down=$(bytes_in '<' "$work/$1")
    number "bytes for each, both ways, with the head and all, by $1" \
        "$(calculate "($up + $down) / 50")"
}

echo
note "the same 50 for who comes later: all at once"
came_for_all websocket
came_for_all polling

echo
note "one message at a time, 5 in a second, by each technique: its bytes"
"$build/client" compare --quick --quiet --workload sparse --csv "$work/sparse.csv" >/dev/null 2>&1
beside() { # TECHNIQUE
    grep "^sparse,$1," "$work/sparse.csv" | awk -F, -v name="$1" '{
        printf "%12.1f  up and %.1f down by %s; %.1f with TCP/IP\n", $15, $16, name, $19 }'
}
for technique in "polling 100 ms" "long polling" "event stream" WebSocket; do
    beside "$technique"
done
number "of a message by WebSocket are TCP's and IP's, beside 2 of its own" "$(grep \
    '^sparse,WebSocket,' "$work/sparse.csv" | awk -F, '{ printf "%.1f", $19 - $15 - $16 }')"

verdict "So it is: who is silent hears what others say, at two bytes a message, and speaks at \
six. But those two stand beside a hundred of TCP and IP, which a message on its own pays by any \
technique: with them a WebSocket takes a quarter of what long polling takes, not an eighth. And \
when 50 come at once, one poll that brings them all is as cheap."
