. lessons/kit/run.sh

lesson "Each technique pays in another coin: delay, requests, bytes, memory, work of the server."

# A column of the comparison: sparse is while messages come, idle while none do.
field() { # WORKLOAD TECHNIQUE COLUMN
    grep "^$1,$2," "$work/$1.csv" | cut -d, -f"$3"
}

row() { # TECHNIQUE
    printf '    %-16s %10.2f %10.2f %11.1f %11.2f %13.1f\n' "$1" "$(field sparse "$1" 5)" \
        "$(field sparse "$1" 12)" "$(field sparse "$1" 19)" "$(field sparse "$1" 20)" \
        "$(field idle "$1" 21)"
}

# Who pays most in this coin, and how many times as much as who pays least; who pays
# nothing at all is left out.
worst() { # HOW-MUCH WORKLOAD COLUMN
    cut -d, -f"2,$3" "$work/$2.csv" | sed 1d | grep -v ',0*$' | sort -t, -k2 -g >"$work/sorted"
    most=$(tail -n 1 "$work/sorted")
    number "times as $1: ${most%,*}" \
        "$(calculate "${most#*,} / $(head -n 1 "$work/sorted" | cut -d, -f2)")"
}

# How many are the cheapest, or as cheap as it, in all five columns of the table.
least_of_all() {
    for coin in sparse,5 sparse,12 sparse,19 sparse,20 idle,21; do
        cut -d, -f"2,${coin#*,}" "$work/${coin%,*}.csv" | sed 1d | sort -t, -k2 -g |
            awk -F, 'NR == 1 { least = $2 } $2 == least { print $1 }'
    done | sort | uniq -c | grep -c '^ *5 '
}

for workload in sparse idle; do
    "$build/client" compare --quick --quiet --workload $workload --csv "$work/csv" \
        >"$work/table" 2>/dev/null
    tr -d '\r' <"$work/csv" >"$work/$workload.csv"
done

note "5 messages a second, at random moments, to 10 clients; and to 200 clients nothing"
echo "                          delay   requests       bytes      CPU ms         bytes"
echo "                      half, ms  a message   a message  1000 messages  a client waits"
cut -d, -f2 "$work/sparse.csv" | sed 1d | while read -r technique; do
    row "$technique"
done

echo
note "who pays most, and in which coin, beside the least of those who pay at all"
worst "much delay" sparse 5
worst "many requests" sparse 12
worst "many bytes" sparse 19
worst "much of the server's work while nothing is said" idle 20
exact "messages were lost, came twice or in another order" \
    "$(cut -d, -f8-10 "$work/sparse.csv" | sed 1d | tr ',' '\n' | awk '{ sum += $1 } END { print sum }')"
exact "requests of 200 clients in 2 s without a message, by the five that wait" \
    "$(cut -d, -f2,11 "$work/idle.csv" | sed '1d; /^polling/d' | awk -F, '{ sum += $2 } END { print sum }')"
exact "techniques that pay least in every one of the five coins" "$(least_of_all)"
number "times the bytes of polling 1 s for a message: long polling" \
    "$(calculate "$(field sparse "long polling" 19) / $(field sparse "polling 1 s" 19)")"

verdict "So it is: who asks seldom pays in delay, who asks often in requests, bytes and work. Who \
waits pays none of these in 2 s in which nothing is said, and long polling one request in 25 s \
(lesson 05), but each holds a connection, which is some hundred bytes of memory here, and more by \
Engine.IO; a client that polls keeps one too, between two requests. None lost anything, and none is \
the best in all."
