. lessons/kit/run.sh
exec 3<&- 4<&- 5<&- # so that the first descriptor of each program is 3

lesson "A socket is the endpoint of a connection, named by protocol, address and port. \
The server calls socket, bind, listen, accept; the client socket, connect; then both read \
and write."

programs=$build/lessons/01-sockets

# The calls of the server and of a client, a row for what happened one after the
# other; who waited stands beside whom it waited for.
in_two_columns() { # SERVER CLIENT
    awk '
        function call(line) { return substr(line, 1, index(line, "(") - 1) }
        function row(s, c) { printf "    %-42s%s\n", s, c }
        BEGIN { partner["accept"] = "connect"; partner["recv"] = "send"; partner["send"] = "recv" }
        NR == FNR { server[servers++] = $0; next }
        { client[clients++] = $0 }
        END {
            row("the server", "the client")
            while (s < servers || c < clients) {
                theirs = call(client[c])
                ours = partner[call(server[s])]
                if (server[s] ~ /^recv.*= 0$/) ours = "close"
                if (ours == "") row(server[s++], "")
                else if (ours == theirs) row(server[s++], client[c++])
                else row("", client[c++])
            }
        }' "$1" "$2" | sed 's/ *$//'
}

note "every call of both sides, in order, beside the one that it waits for"
start server "$programs/server"
"$programs/client" 127.0.0.1 "$port" hello 2>"$work/client"
await 'close' "$log"
cp "$log" "$work/server"
in_two_columns "$work/server" "$work/client"

echo
note "a second client, and then 100000 bytes in one send"
"$programs/client" 127.0.0.1 "$port" hello 2>/dev/null
"$programs/client" 127.0.0.1 "$port" "$(head -c 100000 /dev/zero | tr '\0' x)" 2>"$work/large"
accepted='s/accept(\(.*\), from .*:\(.*\)) = \(.*\)/\1 \2 \3/p'
sed -n "$accepted" "$log" >"$work/accepted"
exact "descriptor that was listened on" "$(cut -d' ' -f1 "$work/accepted" | sort -u)"
exact "bytes that were read from it" "$(grep -c '^recv(3' "$log")"
exact "connections that it was asked for" "$(wc -l <"$work/accepted")"
exact "descriptor that each of them had, one after the other" \
    "$(cut -d' ' -f3 "$work/accepted" | sort -u)"
exact "port that all of them came to" "$(sed -n 's/^connect(.*:\(.*\)).*/\1/p' "$work/client" \
    "$work/large" | sort -u | wc -l)"
exact "ports that they came from" "$(cut -d' ' -f2 "$work/accepted" | sort -u | wc -l)"
exact "send of 100000 bytes" "$(grep -c '^send' "$work/large")"
number "reads until the client had them back" "$(grep -c '^recv' "$work/large")"
number "bytes in the longest: the client's buffer has no more room" \
    "$(sed -n 's/^recv.* = //p' "$work/large" | sort -n | tail -n 1)"

echo
note "protocol, address and port: the name is taken for TCP, and for UDP it is not"
command "$programs/namesake" 127.0.0.1 "$port"

echo
note "the same by IPv6; and at a port that nobody listens on any more"
without_address() {
    sed -E 's/(127\.0\.0\.1|\[::1\]):[0-9]+/ADDRESS/' "$@"
}
if "$programs/client" ::1 1 hello 2>&1 | grep -q refused; then
    ipv4=$pid ipv4_port=$port
    start server6 "$programs/server" ::1
    "$programs/client" ::1 "$port" hello 2>"$work/client6"
    await 'close' "$log"
    differing=$(cat "$work/server" "$work/client" | without_address >"$work/by4" &&
        cat "$log" "$work/client6" | without_address | diff - "$work/by4" | grep -c '^[<>]')
    echo "    IPv6: $(sed -n 's/^connect(3, \(.*\)).*/\1/p' "$work/client6")," \
        "and $differing of $(wc -l <"$work/by4") calls differ but for the address"
    [ "$differing" = 0 ] || exit 1 # for this line differs anyway, and is masked
    pid=$ipv4 port=$ipv4_port
else
    echo "    IPv6: this machine has none"
fi
kill "$pid" && wait "$pid" 2>/dev/null
command "$programs/client" 127.0.0.1 "$port" hello

verdict "So it is: the server made the descriptor 3 to listen and got another for each \
connection; all came to one port, each from a port of its own, and these two names are what \
keeps them apart; what has the name in another protocol is another socket. What one side sent at \
once came in as many reads as the buffers wanted: there are bytes, and no messages. (A better proof is \
in lesson 02, where three sends are one read.)"
