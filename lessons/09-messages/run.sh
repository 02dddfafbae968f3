. lessons/kit/run.sh

lesson "A WebSocket carries text or binary; objects are made text by one side and parsed by \
the other; the application names its events."

# A client that brings what it hears to the application, and its answers back.
start_application() {
    mkfifo "$work/answers"
    : >"$work/client.log"
    : >"$work/application.log"
    "$build/client" websocket "$server" -v <"$work/answers" 2>>"$work/client.log" |
        "$build/lessons/09-messages/answer" >"$work/answers" 2>>"$work/application.log" &
    started="$! $started"
    await '< HTTP/1.1 101' "$work/client.log"
}

# Say a text on the channel, and show what is heard there from then on.
count=0
say() { # TEXT MESSAGES
    echo "    says   $1"
    "$build/client" websocket "$server" --after $count -n "$2" -d "$1" -q | sed '1d; s/^/    hears  /'
    count=$((count + $2))
}

# The bytes of a frame on a connection of its own, and then a close frame.
send_frame() { # PATH FRAME
    {
        printf 'GET %s HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' "$1"
        printf 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n'
        printf "$2"'\210\200abcd'
    } | curl -sN "telnet://127.0.0.1:$port" >"$work/bytes"
}

# Of the frame in which the request went this way.
length_of() { # DIRECTION
    sed -n "s/.* $1 FIN.* length=\([0-9]*\) .*request.*add.*/\1/p" "$log" | head -n 1
}

note "one side says what happened; an application behind another client answers"
start_server --trace
start_application
say '{"event":"open"}' 2
say '{"event":"request","data":{"id":7,"add":[1,2]}}' 2
say '{"event":"shout","data":"hello"}' 1
say '{"event":"request",}' 1
await 'not JSON' "$work/application.log"
note "what the application says of them"
sed 's/^/    /' "$work/application.log"

echo
note "the request on the wire, up, and down to everybody"
wire '< FIN.*request.*add' <"$log" | head -n 1 | beside FIN 'as it was said'
wire '> FIN.*request.*add' <"$log" | head -n 1 | beside FIN 'a text within a text'

echo
note "three frames by hand: binary to /echo and to a channel, and a text of C3 28"
send_frame /echo '\202\203abcd\141\235\151'
send_frame /websocket '\202\203abcd\141\235\151'
send_frame /websocket '\201\202abcd\242\112'
wire 'FIN.*(opcode=2|MASK=0 length=[0-9]+ 100[37])' <"$log" |
    beside '> FIN.*BINARY' 'bytes are bytes' |
    beside ' 1003 ' 'the channel refuses them' |
    beside ' 1007 ' 'WebSocket itself refuses this'

echo
exact "texts that came: the WebSocket took each" "$(grep -c '< FIN.*TEXT.*event' "$log")"
exact "of them was not JSON, which is for the application to say" \
    "$(grep -c '^not JSON' "$work/application.log")"
exact "of them had a name to which nobody listened" \
    "$(grep -c '^nobody listens to "shout"' "$work/application.log")"
exact "answers that the application heard itself: a channel is for all" \
    "$(grep -cE '^nobody listens to "(welcome|response)"' "$work/application.log")"
exact "bytes of the request as text, and $(length_of '>') as a channel's message: id, time and escapes" \
    "$(length_of '<')"
passed="common/ws_conn.c common/websocket.c server/websocket.c server/channel.c"
exact "names of events in the $(echo $passed | wc -w | tr -d ' ') files that a text goes through in the server" \
    "$(cat $passed | grep -cE '"(open|welcome|request|response)"')"

verdict "So it is: to the WebSocket a text is a text, JSON or not, and bytes are bytes; it \
refuses what is not UTF-8, and the channel what is not text. What an object is, what it is \
called and who listens is agreed between the two applications, and nobody else looks."
