. lessons/kit/run.sh

lesson "Cables are pulled: the client comes back by itself, and what was said meanwhile is not \
lost."

# What comes in, with the time in ms before each line.
with_times() {
    while IFS= read -r line; do
        echo "$(date +%s%3N) $line"
    done
}

# When the first line that matches came.
when() { # PATTERN FILE
    grep -m1 -e "$1" "$2" | cut -d' ' -f1
}

# Weather between Bob and the server, for his first connection; what happens to it, with times, into
# $weather.
start_weather() { # NAME FAULT WHEN
    weather=$work/$1.times
    mkfifo "$work/$1.log"
    with_times <"$work/$1.log" >"$weather" &
    start "$1" "$build/weather" --port 0 --only 1 "$2" "$3" "$server"
}

# Bob in the chat. What he does is written to descriptor 9; what he hears is read from $bob.
open_bob() { # NAME URL
    bob=$work/$1.bob
    mkfifo "$work/$1.does" "$work/$1.hears"
    : >"$bob"
    "$build/client" socketio --commands <"$work/$1.does" >"$work/$1.hears" 2>&1 &
    started="$! $started"
    exec 9>"$work/$1.does"
    with_times <"$work/$1.hears" >"$bob" 9>&- &
    printf '{"cmd":"open","url":"%s/chat","auth":{"nickname":"Bob"},%s,%s,%s}\n' "$2" \
        '"transports":["websocket"]' '"reconnectionDelay":100' '"reconnectionDelayMax":400' >&9
    await '"welcome"' "$bob"
}

# Ann, whose connection is good. What she does is written to descriptor 8; what she hears is read
# from $ann.
open_ann() { # NAME
    ann=$work/$1.ann
    mkfifo "$work/$1.tells"
    : >"$ann"
    "$build/client" socketio --commands <"$work/$1.tells" >"$ann" 2>&1 &
    started="$! $started"
    exec 8>"$work/$1.tells"
    printf '{"cmd":"open","url":"%s/chat","auth":{"nickname":"Ann"},"transports":["websocket"]}\n' \
        "$server" >&8
    await '"welcome"' "$ann"
}

bob_emits() { # REST-OF-THE-COMMAND
    echo "{\"cmd\":\"emit\",\"nsp\":\"/chat\",$1}" >&9
}

# Bob is back, and what was sent to him until now has come.
await_bob() {
    await '"ev":"reconnect"' "$bob"
    bob_emits '"event":"who","ack":"who"'
    await '"tag":"who"' "$bob"
}

# From the fault until Bob does this; the two clocks are read by two processes.
ms_until() { # PATTERN
    ms=$(($(when "$1" "$bob") - $(when "$fault" "$weather")))
    echo $((ms > 0 ? ms : 0))
}

show_times() { # FAULT
    fault=$1
    number "ms until Bob noticed" "$(ms_until '"disconnect"')"
    number "ms until he was back, after a try or more" "$(ms_until '"ev":"reconnect"')"
}

# Ann tells Bob five things in private, and hears from the server that it was done.
tell_bob() {
    for word in one two three four five; do
        echo "{\"cmd\":\"emit\",\"nsp\":\"/chat\",\"event\":\"private\"," \
            "\"args\":[\"Bob\",\"$word\"],\"ack\":\"$word\"}"
    done >&8
    await '"tag":"five"' "$ann"
    grep -c '"ev":"ack".*\[true\]' "$ann"
}

pull_cable() { # NAME
    open_ann "$1"
    start_weather "$1" --freeze-after 1500ms
    open_bob "$1" "$url"
    await frozen "$weather"
    told=$(tell_bob)
    await_bob
    show_times frozen
    grep '"private"' "$bob" | cut -d' ' -f2 >"$work/private"
    exact "things told to Bob meanwhile, and the teller heard that it was done" "$told"
    exact "of them came" "$(sort -u "$work/private" | wc -l)"
    exact "came once more" $(($(wc -l <"$work/private") - $(sort -u "$work/private" | wc -l)))
}

note "a connection is cut: both ends are told; Bob waits 100 ms, more or less, and tries"
start_server --ping-interval 600 --ping-timeout 600
start_weather cut --cut-after 1500ms
open_bob cut "$url"
await_bob
show_times 'reset after'

echo
note "a cable is pulled: nobody is told; the server asks every 600 ms, and waits 600 ms"
pull_cable frozen

echo
note "the same with build/server --recovery 10000: he says who he was, and what he has"
start recovering "$build/server" --port 0 --ping-interval 600 --ping-timeout 600 \
    --recovery 10000 --trace
server=$url
traced=$log
pull_cable recovered
# The first of these lines is to Ann.
grep '[<>] 40/chat,.*"pid"' "$traced" | sed -n '2p; /offset/,$p' | wire . |
    sed -E 's/("offset":")[^"]*/\1OFFSET/' |
    beside '> 40' 'the pid is his secret: by it he is known again' |
    beside '< 40' 'who he was, and the last event that he has'

echo
note "a channel counts its messages: a client that was cut says the last one it has"
start_weather counted --cut-after 1500ms
"$build/client" post "$server/polling" -d "before the cut" >/dev/null
"$build/client" websocket "$url" --reconnect --count 6 >"$work/counted" 2>/dev/null </dev/null &
reader=$!
"$build/client" websocket "$server" --after 0 --count 1 >/dev/null </dev/null
await 'reset after' "$weather"
for word in one two three four five; do
    "$build/client" post "$server/polling" -d "$word"
done >"$work/said"
wait $reader
echo six | "$build/client" websocket "$server" --count 1 >"$work/uncounted"
exact "messages while two readers were away" "$(grep -o '"id"' "$work/said" | wc -l)"
exact "of them came to the one with \"after\", once and in order" \
    "$(tail -n +2 "$work/counted" | tr '\n' ' ' | grep -x 'one two three four five ' | wc -w)"
exact "of them came to one that comes back without it: it hears the next" \
    "$(grep -cxE 'one|two|three|four|five' "$work/uncounted")"
grep -m1 '< GET /websocket?after=[1-9]' "$traced" | wire . |
    beside after 'the last one it has, and whose count that is'

echo
note "the server is restarted; meanwhile Bob emits three things, and three that are volatile"
start before "$build/server" --port 0 --recovery 10000
"$build/client" post "$url/polling" -d "before the restart" >/dev/null
open_bob restart "$url"
kill "$pid"
wait "$pid" 2>/dev/null
await '"disconnect"' "$bob"
for word in one two three; do
    bob_emits "\"event\":\"message\",\"args\":[\"$word\"]"
    bob_emits "\"event\":\"message\",\"args\":[\"volatile $word\"],\"volatile\":true"
done
await '"attempt":3' "$bob"
start after "$build/server" --port "$port" --recovery 10000
server=$url
await_bob
grep -E '"(disconnect|reconnect_attempt)"' "$bob" | cut -d' ' -f1 >"$work/tries"
for try in 1 2 3; do
    number "ms of waiting before try $try" \
        $(($(sed -n $((try + 1))p "$work/tries") - $(sed -n ${try}p "$work/tries")))
done
"$build/client" get "$server/polling?channel=lobby" >"$work/kept"
exact "of the three came, when he was back" "$(grep -o 'Bob: [a-z]*"' "$work/kept" | wc -l)"
exact "of the volatile ones" "$(grep -o volatile "$work/kept" | wc -l)"
exact "messages from before the restart" "$(grep -o 'before the restart' "$work/kept" | wc -l)"
exact "times that the new server knew Bob" "$(grep -c recovered "$bob")"
exec 9>&-

echo
note "100 clients lose the server in the same moment, and it is back at once"
start crowded "$build/server" --port 0
for client in $(seq 100); do
    "$build/client" websocket "$url" --reconnect --quiet >/dev/null 2>&1 </dev/null &
    started="$! $started"
done
accepted() { # LOG: the lines of the first hundred
    timeout 10 tail -n +1 -f "$1" | grep -m100 accepted
}
accepted "$log" >"$work/come"
kill "$pid"
wait "$pid" 2>/dev/null
start back "$build/server" --port "$port" --log-format json
accepted "$log" | sed 's/^{"time":\([0-9.]*\).*/\1/' >"$work/back"
awk '{ tenth = int(($1 - first) * 10); if (NR == 1) { first = $1; tenth = 0 }
       if (++count[tenth] > most) most = count[tenth]; last = $1 }
     END { print most, int((last - first) * 1000) }' "$work/back" >"$work/spread"
exact "of them came back" "$(wc -l <"$work/back")"
number "of them in the tenth of a second in which most did" "$(cut -d' ' -f1 "$work/spread")"
number "ms from the first to the last" "$(cut -d' ' -f2 "$work/spread")"

verdict "So it is, in part: the client comes back by itself, and what it emitted meanwhile is kept \
by itself. What the server told it is lost, although it said it was done, unless recovery is on, or \
the messages are numbered and somebody keeps them; and neither outlives the server."
