. lessons/kit/run.sh

lesson "One client that is silent must not keep the others waiting."

programs=$build/lessons/02-event-loop

answered() { # FILE: ms
    sed -n 's/.*answered after \([0-9.]*\) ms.*/\1/p' "$1"
}

note "one client says nothing for 100, 200, 400 ms; a second one sends three lines"
start blocking "$programs/blocking"
for hold in 100 200 400; do
    "$programs/silent" 127.0.0.1 "$port" 1 $hold >"$work/held-$hold"
done
echo "\$ build/lessons/02-event-loop/silent 127.0.0.1 $port 1 400"
cat "$work/held-400"
sed 's/^/    /' "$log" | head -5
for hold in 100 200 400; do
    number "ms until the second was answered, when the first held $hold" \
        "$(answered "$work/held-$hold")"
done
exact "of these 3 were answered beside the silent one" "$(cat "$work"/held-* | grep -c beside)"
exact "read for three sends: they had waited together" \
    "$(grep -c '= 14' "$log" | awk '{ print $1 / 3 }')"

for kind in poll epoll; do
    echo
    note "the same with $kind: it waits for all of them at once"
    start $kind "$programs/$kind"
    command "$programs/silent" 127.0.0.1 "$port" 1 400 | tee "$work/beside-$kind"
    number "ms until the second was answered, while the first went on" \
        "$(answered "$work/beside-$kind")"
    exact "of 1 was answered beside the silent one" "$(grep -c beside "$work/beside-$kind")"
    number "reads for three sends: from 1 to 3" "$(grep -c '^recv.* = [1-9]' "$log")"
done

echo
note "and among 500 silent ones"
for kind in poll epoll; do
    start $kind-500 "$programs/$kind"
    "$programs/silent" 127.0.0.1 "$port" 500 4000 >"$work/among-$kind"
    number "ms until the answer, when $kind has taken the 500" \
        "$(answered "$work/among-$kind")"
    cp "$log" "$work/$kind-500"
done
number "descriptors that poll handed to the kernel, at all its waits" \
    "$(sed -n 's/^poll(\(.*\)) .*/\1/p' "$work/poll-500" | awk '{ sum += $1 } END { print sum }')"
exact "that epoll did: each of them once" "$(grep -c '^epoll_ctl' "$work/epoll-500")"

verdict "So it is: where a server waits for one client, the next one waits as long as that one \
pleases, though it was connected at once. Where it waits for all of them, nobody waits for the \
silent. What was sent in three parts was read in one, or two, or three: a line ends where its \
end is, not where a read ends."
