. lessons/kit/run.sh

lesson "HTTP is request and response: the server speaks only when asked; and a new connection \
for every exchange is waste."

programs=$build/lessons/03-http

of() { # WHAT FILE
    sed -n "s/^$1 //p" "$2"
}

note "a client connects and asks nothing; others publish ten messages; then it asks"
start_server --trace
mkfifo "$work/line"
"$programs/unasked" 127.0.0.1 "$port" '/polling?after=0' <"$work/line" >"$work/bytes" &
started="$! $started"
asking=$!
exec 9>"$work/line"
await 'accepted' "$log"
for text in 1 2 3 4 5 6 7 8 9 10; do
    "$build/client" post "$server/polling" --data $text >/dev/null
done
echo >&9
wait "$asking"
first=$(sed -n 's/\(.*\): accepted/\1/p' "$log" | head -1)
grep -F "$first" "$log" | wire '[<>]' |
    beside '> HTTP' 'all ten, and only now: it was asked'
exact "messages that were published" "$(metric messages_published_total)"
exact "bytes that came from the server without a request" "$(of unasked "$work/bytes")"
number "bytes that came for one" "$(of asked "$work/bytes")"

for mode in close keep; do
    echo
    note "a hundred requests, and after each the connection is: $mode"
    before=$(metric connections_accepted_total)
    command_line "$programs/exchanges" 127.0.0.1 "$port" 100 $mode
    "$programs/exchanges" 127.0.0.1 "$port" 100 $mode >"$work/$mode"
    after=$(metric connections_accepted_total)
    exact "connections, as the server counts them" $((after - before - 1))
    number "packets of TCP, both ways" "$(of packets "$work/$mode")"
    number "of them before a question could leave: there, back, there" \
        "$(of opening "$work/$mode")"
    number "ms, on one machine" "$(of ms "$work/$mode")"
done
number "times as many packets" \
    "$(calculate "$(of packets "$work/close") / $(of packets "$work/keep")")"
number "bytes of a question and its answer, around 3 of content" \
    $(($(of bytes "$work/keep") / 100))

echo
note "ten questions on one connection, where each way takes 10 ms"
start network "$build/weather" --port 0 --quiet --delay 10 "$server"
command_line "$programs/exchanges" 127.0.0.1 "$port" 10 keep
"$programs/exchanges" 127.0.0.1 "$port" 10 keep >"$work/far"
ms=$(of ms "$work/far")
port=${server##*:}
exact "connection" "$(of connections "$work/far")"
number "ms for ten answers" "$ms"
number "ms of one trip, there and back" "$(calculate "$ms / 10")"
number "ms for ten on ten connections: a trip more each, to open it (reckoned)" \
    "$(calculate "$ms * 2")"

echo
note "a request that two parsers could read differently: which bytes are the next request?"
refused=0
post() { # NAME FIELDS
    status=$(printf 'POST /polling HTTP/1.1\r\nHost: a\r\nConnection: close\r\n%b\r\nhello' "$2" |
        curl -s --max-time 5 "telnet://127.0.0.1:$port" | tr -d '\r' | sed -n 1p)
    printf '    %-52s %s\n' "$1" "$status"
    case $status in *' 400 '*) refused=$((refused + 1)) ;; esac
}
post 'Content-Length: 5' 'Content-Length: 5\r\n'
post 'Content-Length: 5, Content-Length: 0' 'Content-Length: 5\r\nContent-Length: 0\r\n'
post 'Content-Length: 5, Transfer-Encoding: chunked' \
    'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n'
post 'Content-Length: +5' 'Content-Length: +5\r\n'
post 'Content-Length : 5 (a blank before the colon)' 'Content-Length : 5\r\n'
post 'Content-Length: (folded) 5' 'Content-Length:\r\n 5\r\n'
post 'Content-Length: 5, ended by LF alone' 'Content-Length: 5\n'
exact "of these 7 were refused" "$refused"

verdict "So it is: the ten messages lay ready, and not one byte of them came before it was asked \
for. Waste is a connection for each exchange, and HTTP does not need it: one is enough for a hundred. \
Here a new one costs packets, three before each question. Where these travel, there and back is a \
trip before the question can leave, and ten answers take twice as long."
