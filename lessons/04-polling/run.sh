. lessons/kit/run.sh

lesson "Polling asks on a fixed interval and wastes requests when nothing has changed; \
it is not real time."

note "three seconds in which nobody says anything, asked every 100 ms"
start_server --trace
command "$build/client" polling "$server" --interval 100 --max-time 3
wire '< GET|> HTTP' <"$log" | head -4
messages=$(grep -c 'HTTP/1.1 200' "$log")
requests=$(metric requests_total)
bytes=$(($(metric received_bytes_total) + $(metric sent_bytes_total)))
number "requests in 3 s" "$requests"
number "of them brought a message" "$messages"
number "bytes that would be in an hour, for one client" $((bytes * 1200))

echo
note "five messages a second at random moments: when do they come?"
"$build/client" compare --quick --quiet --workload sparse --csv "$work/sparse.csv" >/dev/null 2>&1
for interval in "1 s" "100 ms"; do
    row=$(grep "^sparse,polling $interval," "$work/sparse.csv")
    number "ms until half of them came, asked every $interval" \
        "$(calculate "$(echo "$row" | cut -d, -f5)")"
    number "ms until the last of them came" "$(calculate "$(echo "$row" | cut -d, -f7)")"
done

verdict "So it is: every answer was empty while nothing happened, and a message waits half the \
interval, or at worst all of it: who asks ten times as often waits a tenth, and pays for it in \
requests."
