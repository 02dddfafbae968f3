. lessons/kit/run.sh

lesson "The response is not finished; there is no new request for each event; but the longer a \
connection lives the harder it is to know that it still does."

publish() { # TEXT ...
    for text in "$@"; do
        "$build/client" post "$server/streaming" -d "$text" >/dev/null
    done
}

count_connections() { # without the one that asks
    echo $(($(metric connections) - 1))
}

# Of two servers with a heartbeat we need to know when they say something. At one
# the cable is pulled early, at the other one late, and the rest goes on meanwhile.
with_times() {
    while IFS= read -r line; do
        echo "$(date +%s%3N) $line"
    done
}

pull_at() { # MS
    mkfifo "$work/beating-$1.log"
    with_times <"$work/beating-$1.log" >"$work/heartbeat-$1" &
    start "beating-$1" "$build/server" --port 0 --trace --ping-interval 300 --ping-timeout 300
    beating=$url
    start "frozen-$1" "$build/weather" --port 0 --quiet --freeze-after "$1ms" "$beating"
    "$build/client" websocket "$url" --max-time 8 >/dev/null 2>&1 &
    started="$! $started"
}
pull_at 1000
pull_at 3000

note "three events on the wire, a chunk for each: its size in hexadecimal, its bytes, CR LF"
start_server --trace
server_pid=$pid
command_line curl -sN --raw "$server/streaming"
curl -sN --raw "$server/streaming" >"$work/raw" &
curl=$!
started="$curl $started"
await 'HTTP/1.1 200' "$log"
publish a b c
await '"text":"c"' "$work/raw"
sed 's/\r$/\\r/; s/^/    /' "$work/raw" |
    beside '^    36' 'a chunk of 0x36 = 54 bytes' |
    beside '^    $' 'the blank line: here the event ends'

echo
note "a thousand events, and what one of them costs"
"$build/client" streaming "$server" --channel many --count 1000 --quiet >"$work/many" &
listener=$!
started="$listener $started"
await 'GET /streaming.channel=many' "$log"
seq 1000 | "$build/client" websocket "$server" --channel many --quiet >/dev/null
wait $listener
exact "events" "$(wc -l <"$work/many")"
exact "requests for them" "$(grep -c 'GET /streaming?channel=many' "$log")"
exact "bytes of an event with a text of one byte, its chunk and all" \
    "$(sed -n '/^36\r$/,/^\r$/p' "$work/raw" | sed '/^\r$/q' | wc -c)"
cost='%{size_request} %{size_header} %{size_download}'
number "bytes of the same by long polling, with request and head" \
    "$(curl -s -o /dev/null -w "$cost" "$server/long-polling?after=2" | awk '{ print $1 + $2 + $3 }')"
kill $curl
wait $curl 2>/dev/null

echo
note "the same three through a proxy that keeps a response until it is complete"
start proxy "$build/weather" --port 0 --trace --buffer-responses "$server"
command_line curl -sN "$url/streaming?after=0"
curl -sN "$url/streaming?after=0" >"$work/held" &
curl=$!
started="$curl $started"
await 'kept back' "$log"
exact "events that came, while they lay in the proxy" "$(grep -c '^data' "$work/held")"
exact "that long polling brings through it meanwhile, as its answer ends" \
    "$(curl -s "$url/long-polling?after=0" | grep -o '"id"' | wc -l)"
kill "$server_pid"
wait $curl
exact "that came when the response ended, with the server" "$(grep -c '^data' "$work/held")"

echo
note "a cable is pulled: nothing passes any more, and nobody is told"
start quiet "$build/server" --port 0 --trace
server=$url
log_of_server=$log
start network "$build/weather" --port 0 --quiet --freeze-after 430 "$server"
command_line "$build/client" streaming "$url" --max-time 2
"$build/client" streaming "$url" --max-time 2 >"$work/frozen" 2>&1 &
listener=$!
await 'HTTP/1.1 200' "$log_of_server"
publish one
await one "$work/frozen"
publish two three four
exact "messages published" "$(metric messages_published_total)"
exact "of them heard" "$(grep -c '^one\|^two\|^three\|^four' "$work/frozen")"
wait $listener
grep client: "$work/frozen"
publish five six seven
exact "connection that the server counts, though its client has ended" "$(count_connections)"
exact "lines of its log that say otherwise" "$(grep -c 'closed (.*silent\|no pong\|broken' "$log_of_server")"

# How old the connection was when it was last heard, and how long after that it
# was given up.
given_up() { # TIMES
    awk '
        / accepted/ && !born { born = $1 }
        / < .*PONG/ { heard = $1 }
        /no answer/ { print heard - born, $1 - heard }' "$1"
}

echo
note "the same, with a heartbeat that has to be answered: a ping after 300 ms, 300 ms for the pong"
for age in 1000 3000; do
    heartbeat=$work/heartbeat-$age
    await 'no answer' "$heartbeat"
    cut -d' ' -f2- "$heartbeat" | wire 'PING|PONG|closed' | tail -n 2 |
        beside PING '300 ms after the last pong' |
        beside closed '300 ms after that'
    given_up "$heartbeat" >"$work/given-up"
    number "ms: the age at which it was last heard" "$(cut -d' ' -f1 "$work/given-up")"
    number "ms of silence, and it was given up" "$(cut -d' ' -f2 "$work/given-up")"
done
server=$beating
log_of_server=$heartbeat
exact "connections that the server counts" "$(count_connections)"

# Who reads can only notice silence. A beat is a message of 120 bytes, five a second.
listen_patiently() { # NAME URL
    mkfifo "$work/$1.stream"
    curl -sN "$2" >"$work/$1.stream" &
    started="$! $started"
    "$build/lessons/06-streaming/patient" 700 <"$work/$1.stream" >"$work/$1" &
    readers="$! $readers"
}

listen_alive_and_frozen() { # CHANNEL
    listen_patiently "$1-alive" "$server/streaming?channel=$1"
    start "frozen-$1" "$build/weather" --port 0 --quiet --freeze-after 900 "$server"
    listen_patiently "$1-frozen" "$url/streaming?channel=$1"
}

heard() { # NAME
    grep -c '^data' "$work/$1"
}

echo
note "a reader who gives up after 700 ms: of a quiet stream, and of one with a beat each 200 ms"
start line "$build/weather" --port 0 --quiet --rate 600 "$server"
awk 'BEGIN { while (++n <= 8) printf "%0114d\n", n }' |
    "$build/client" websocket "$url" --channel beats --quiet >/dev/null 2>&1 &
started="$! $started"
await '< .*TEXT' "$log_of_server"
listen_alive_and_frozen quiet
listen_alive_and_frozen beats
wait $readers
command_line "curl -sN $server/streaming | patient 700"
sed 's/^/    /' "$work/quiet-alive" | grep given
exact "events of a quiet stream that is well, and it gave up" "$(heard quiet-alive)"
exact "events of a quiet stream that is frozen: no difference" "$(heard quiet-frozen)"
exact "beats of 8, of a stream that is well: it gave up behind the last" "$(heard beats-alive)"
number "beats of 8, until the stream froze" "$(heard beats-frozen)"

verdict "So it is, but for one word: a thousand events cost one request, and a connection through \
which nothing passes looks the same as one with nothing to say, at both ends, and for as long as \
nobody asks. Not its age makes it hard to know: its silence. A beat that is answered tells the server \
in 0.6 s, at any age; one that is not, like the comment of an event stream, tells only who reads, if \
he knows how long to wait. And who is between may hold all of it back until the end."
