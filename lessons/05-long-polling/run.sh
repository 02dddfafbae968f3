. lessons/kit/run.sh

lesson "The server holds the request until there is something to say; it is prompt, but when \
events are frequent the requests follow them."

# This takes some seconds, and goes on beside the rest; each way takes 10 ms.
way_ms=10
start compared "$build/server" --port 0 --quiet
start far "$build/weather" --port 0 --quiet --delay $way_ms "$url"
"$build/client" compare "$url" --quick --quiet --workload sparse --csv "$work/sparse.csv" \
    >"$work/comparison" 2>&1 &
comparing=$!
started="$comparing $started"

note "two seconds in which nobody says anything, to a server that gives up after 600 ms"
start_server --trace --long-poll-timeout 600
command "$build/client" long-polling "$server" --max-time 2
wire '< GET|> HTTP' <"$log" | head -4 |
    beside '> HTTP' '600 ms after the question: nothing to say' |
    beside instance 'and asked again at once'
exact "requests in 2 s: one for each time that it gave up, and the first" \
    "$(grep -c '< GET /long' "$log")"
exact "of them brought a message" "$(grep -c '> HTTP/1.1 200' "$log")"
usual=$("$build/server" --help | sed -n 's/.*--long-poll-timeout .*(\([0-9]*\))$/\1/p')
exact "ms that it holds a request, if not told otherwise" "$usual"
exact "requests would be in an hour, for one client" $((3600000 / usual))

# Each message is 120 bytes long, and the line to the server lets so many through.
publish_at() { # RATE, for a second, in the channel "at-RATE"
    start "line-$1" "$build/weather" --port 0 --quiet --rate $((120 * $1)) "$server"
    awk -v count="$1" 'BEGIN { while (++n <= count) printf "%0114d\n", n }' |
        "$build/client" websocket "$url" --channel "at-$1" --quiet >/dev/null 2>&1 &
    started="$! $started"
}

# Who says "from now on" each time: behind the newest of this moment.
listen_without_cursor() { # CHANNEL
    from="$network/long-polling?channel=$1&cursor=none"
    while :; do
        newest=$(curl -sI "$from" | sed -n 's/^ETag: ".*-\([0-9]*\)".*/\1/p')
        curl -s "$from&after=$newest"
    done
}

listen_at() { # RATE
    "$build/client" long-polling "$network" --channel "at-$1" --count "$1" --quiet \
        --max-time 10 >"$work/with-$1" &
    listeners="$! $listeners"
    listen_without_cursor "at-$1" >"$work/without-$1" 2>/dev/null &
    started="$! $started"
    publish_at "$1"
}

row() { # RATE
    asked=$(grep '< GET /long' "$log" | grep -v 'cursor=none' | grep -c "=at-$1[ &]")
    with=$(wc -l <"$work/with-$1")
    without=$(grep -o '"id"' "$work/without-$1" | wc -l)
    printf '%7d a second %12.1f %16.1f %17d %13.1f %%\n' "$1" "$asked" \
        "$(calculate "$with / $asked")" $(($1 - with)) "$(calculate "100 - 100 * $without / $1")"
}

echo
note "a second of messages, each way takes 10 ms: does each of them cost a request?"
start busy "$build/server" --port 0 --trace
server=$url
log_of_server=$log
start network "$build/weather" --port 0 --quiet --delay $way_ms "$server"
network=$url
for rate in 10 50 200 1000; do listen_at $rate; done
wait $listeners
log=$log_of_server
echo "       messages     requests     messages in one   lost with after=   and without"
for rate in 10 50 200 1000; do row $rate; done

wait $comparing
echo
note "the same network, five messages a second at random moments: when do they come?"
for technique in "polling 1 s" "polling 100 ms" "long polling"; do
    row=$(grep "^sparse,$technique," "$work/sparse.csv")
    number "ms from the server until half of them came: $technique" \
        "$(calculate "$(echo "$row" | cut -d, -f5) - $way_ms")"
done
echo "    (without the 10 ms that each of them took to the server)"

verdict "So it is, up to a point: a message comes after one trip of 10 ms, and a client to whom \
nothing is said asks once in 25 s. The requests follow the messages only while these come slower than \
an answer and the next request take together; from there on a request brings all that has gathered \
meanwhile. The number after= is why nothing is lost in that time."
