. lessons/kit/run.sh

lesson "It begins as HTTP and is upgraded by agreement: a key, an answer, 101; existing rules for \
origins and cookies hold."

key='dGhlIHNhbXBsZSBub25jZQ=='

note "from the key to the answer, step by step: the key is text, and is not decoded"
command "$build/lessons/07-websocket-handshake/accept" "$key"

echo
note "the same, agreed upon with a server; a message is there already"
start_server --trace --ping-interval 300 --ping-timeout 300
"$build/client" post "$server/polling" -d hello >/dev/null

# A proper handshake; a field whose variable is empty is left out.
connection=Upgrade upgrade=websocket version=13
ask() { # OPTIONS OF curl
    curl -s -N -m 5 ${upgrade:+-H "Upgrade: $upgrade"} ${key:+-H "Sec-WebSocket-Key: $key"} \
        -H "Connection: $connection" -H "Sec-WebSocket-Version: $version" "$@"
}
ask -v -b 'session=8' -H "Origin: $server" "$server/websocket" >"$work/body" 2>"$work/heads"
sed -n 's/^\([<>]\) \(.*[^\r]\)\r*$/    \1 \2/p' "$work/heads" |
    grep -vE 'Accept: \*|User-Agent|Server-Instance|Host|Date' |
    beside Cookie 'comes along, as with any request' |
    beside Origin 'checked, or 403' |
    beside Key '16 random bytes in base64' |
    beside ' 101 ' 'agreed' |
    beside Accept 'the answer to this key'
exact "cookie that came with the request, as with any of HTTP" "$(grep -c '^> Cookie' "$work/heads")"

frame() { # FROM SIZE: so many bytes behind the 101
    tail -c "+$1" "$work/body" | head -c "$2"
}
echo
note "everything behind the empty line are frames: two bytes, a message; two bytes, a ping"
printf '   %s' "$(frame 1 2 | od -An -tx1)"
echo "  $(frame 3 44)"
echo "   $(frame 47 2 | od -An -tx1)"
exact "lines of HTTP behind the 101" "$(grep -c 'HTTP/' "$work/body")"

# telnet:// sends what it reads, as it is.
say_get_behind_the_handshake() {
    printf 'GET /echo HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
    printf '%s\r\n' "Sec-WebSocket-Key: $key" "Sec-WebSocket-Version: 13" ""
    printf 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
    await CLOSE "$log"
}
say_get_behind_the_handshake | curl -s -m 5 "telnet://${server#http://}" >"$work/answered"
echo
note "and who says GET / behind the 101 has sent a bad frame, of which G is the first byte: 47"
sed -n '/echo HTTP/,$p' "$log" | wire 'GET|HTTP|CLOSE' |
    beside '< GET' 'without a cookie, which nobody misses' |
    beside CLOSE 'and no 400: HTTP is over'
exact "handshakes so far were upgraded, one with a cookie and one without" \
    "$(grep -c '> HTTP/1.1 101' "$log")"

bad() { # WHAT OPTIONS OF curl
    what=$1
    shift
    ask -o "$work/why" "$@" "$server/echo"
    printf '    %-30s %s\n' "$what" "$(cat "$work/why")"
}
bad_ones() {
    bad "POST" -X POST
    bad "HTTP/1.0" --http1.0
    (upgrade= && bad "without Upgrade")
    (upgrade=h2c && bad "Upgrade: h2c")
    (connection=keep-alive && bad "Connection: keep-alive")
    (version=8 && bad "Sec-WebSocket-Version: 8")
    bad "two keys" -H "Sec-WebSocket-Key: $key"
    (key= && bad "without a key")
    (key=MTIzNDU2Nzg5MDEyMzQ1 && bad "a key of 15 bytes")
    (key=not-base-64-but-24-chars && bad "24 characters, but not base64")
    bad "Origin: https://evil.example" -H 'Origin: https://evil.example'
    bad "Sec-WebSocket-Protocol: a b" -H 'Sec-WebSocket-Protocol: a b'
}
echo
note "bad handshakes, and what each of them gets"
before=$(metric websockets_total)
bad_ones >"$work/bad"
cat "$work/bad"
exact "bad handshakes" "$(wc -l <"$work/bad")"
exact "of them were upgraded" $(($(metric websockets_total) - before))

verdict "So it is: what comes before the empty line is HTTP, and what comes behind is not. Its rules \
hold: this server checks the origin, and the cookie comes along for whoever looks at it, which this \
server does not. The key proves nothing about who \
asks, only that the server knows WebSocket. A bad handshake gets an answer of HTTP, and what was \
HTTP before remains so."
