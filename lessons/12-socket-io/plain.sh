# plain.sh -- a WebSocket server that knows the handshake of lesson 07 and nothing
# else: no other protocol, and no answer to whatever is said behind it.
while read -r name value && [ "${name%?}" ]; do
    [ "$name" = Sec-WebSocket-Key: ] && key=$(printf '%s' "$value" | tr -d '\r')
done
accept=$("${BUILD:-build}/lessons/07-websocket-handshake/accept" "$key" | sed -n 's/in base64 *//p')
printf 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
printf 'Sec-WebSocket-Accept: %s\r\n\r\n' "$accept"
exec cat >/dev/null
