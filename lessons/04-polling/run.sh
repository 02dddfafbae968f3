. lessons/kit/run.sh

lesson "Polling asks on a fixed interval and wastes requests when nothing has changed; \
it is not real time."

# This takes some seconds, and goes on beside the rest.
"$build/client" compare --quick --quiet --workload sparse --csv "$work/sparse.csv" \
    >/dev/null 2>&1 &
comparing=$!
started="$comparing $started"

note "three seconds in which nobody says anything, asked every 100 ms"
start_server --trace
command "$build/client" polling "$server" --interval 100 --max-time 3
wire '< GET|> HTTP' <"$log" | head -4 |
    beside ' 204 ' 'no content: an answer in vain' |
    beside ' 304 ' 'the tag that it sent still holds: in vain, too'
connections=$(grep -c accepted "$log")
messages=$(grep -c 'HTTP/1.1 200' "$log")
requests=$(metric requests_total)
bytes=$(($(metric received_bytes_total) + $(metric sent_bytes_total)))
exact "connection for all of them" "$connections"
exact "of them brought a message" "$messages"
number "requests in 3 s" "$requests"
number "bytes of a question in vain and its answer" $((bytes / requests))
number "million bytes that would be in an hour, for one client" \
    "$(calculate "$bytes * 1200 / 1e6")"

echo
note "five messages a second at random moments: when do they come?"
wait $comparing
ask_every() { # MS NAME
    row=$(grep "^sparse,polling $2," "$work/sparse.csv")
    last=$(echo "$row" | cut -d, -f7)
    number "ms until half of them came, asked every $2" \
        "$(calculate "$(echo "$row" | cut -d, -f5)")"
    number "ms until the last of them came" "$(calculate "$last")"
    number "ms over the interval: the trip and the asking" \
        "$(calculate "($last > $1 ? $last - $1 : 0)")"
    number "requests for each message" "$(calculate "$(echo "$row" | cut -d, -f12)")"
}
ask_every 1000 "1 s"
ask_every 100 "100 ms"

verdict "So it is: every answer was empty while nothing happened. A message waits half the interval, \
or at worst all of it and a trip, as the timer starts behind the answer. Who asks ten times as often \
waits a tenth, and pays for it in requests."
