# run.sh -- what the runs of the lessons are written with; read by their run.sh.
#
#      lesson "the statement that is put to the test"
#      start_server --trace             $url is where it listens, $log what it logs
#      command build/client get "$url"  shows the command and what it prints
#      wire 'GET|200' < "$log"          the lines of a trace that match
#      number "requests" 100            a line of the numbers at the end
#      exact "of them in vain" 0        the same, of one that is so in every run:
#                                       kit/mask.sh lets it stand, and it is checked
#      verdict "so it is: ..."
#
# What was started ends when the run ends. Nothing sleeps: it waits for a line.

build=${BUILD:-build}
work=$(mktemp -d)
started=

finish() {
    for pid in $started; do
        kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
    done
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' HUP INT PIPE TERM

paragraph() { # TEXT
    printf '%s\n' "$1" | fold -s -w 90 | sed 's/ *$//'
}

lesson() {
    paragraph "$1"
    echo
}

note() {
    echo "# $1"
}

# Start a program that says where it listens; the rest are its options.
start() { # NAME PROGRAM OPTIONS
    name=$1
    shift
    log=$work/$name.log
    mkfifo "$work/$name.out"
    "$@" >"$work/$name.out" 2>"$log" &
    started="$! $started"
    pid=$!
    read -r line <"$work/$name.out" || {
        echo "$1 does not start:" >&2
        cat "$log" >&2
        exit 1
    }
    url=${line#listening on }
    port=${url##*:}
}

start_server() {
    start server "$build/server" --port 0 "$@"
    server=$url
}

# Wait until a file has a line that matches; 10 s are the most.
await() { # PATTERN FILE
    timeout 10 tail -n +1 -f "$2" 2>/dev/null | grep -qE -m1 -e "$1" || {
        echo "waited in vain for: $1" >&2
        exit 1
    }
}

# Show a command as one would type it, and what it prints.
command_line() {
    typed=$1
    shift
    for argument; do
        case $argument in
        '' | *[!A-Za-z0-9_./:=,@%+-]*)
            typed="$typed '$(printf '%s' "$argument" | sed "s/'/'\\\\''/g")'"
            ;;
        *) typed="$typed $argument" ;;
        esac
    done
    printf '$ %s\n' "$typed" | sed "s#$build/#build/#g"
}
command() {
    command_line "$@"
    timeout 15 "$@" 2>&1
}

# The lines of a trace that match, without the peer's name.
wire() { # PATTERN
    grep -E -e "$1" | sed -E 's/^[^ ]+:[0-9]+(:| )/\1/; s/^ //; s/^/    /'
}

# A comment beside the first line that matches: wire '[<>]' | beside 204 'nothing yet'
beside() { # PATTERN COMMENT
    awk -v pattern="$1" -v comment="$2" '
        !is_said && $0 ~ pattern { $0 = $0 "   <- " comment; is_said = 1 } { print }'
}

# One counter of a server's.
metric() { # NAME
    "$build/client" get "$server/metrics" | sed -n "s/^$1 //p"
}

number() { # NAME VALUE
    printf '%12s  %s\n' "$2" "$1"
}

exact() { # NAME VALUE
    : >"$work/exact"
    printf '%12s  %s\n' "= $2" "$1"
}

verdict() {
    echo
    paragraph "$1"
    [ ! -e "$work/exact" ] ||
        echo "(A number behind = is the same in every run; the others are of this one.)"
}

# arithmetic with fractions, rounded to two digits: calculate '3 / 2'
calculate() {
    awk "BEGIN { printf \"%.2f\", $1 }" | sed 's/0*$//; s/\.$//'
}
