# check.sh [LESSON ...] -- is everything in the lessons as they say?
#
# For each lesson: the starter compiles, says what is to be written, and loses
# points; the solution has all of them, which are 100; each wrong solution, which is
# the solution but for the functions in mutants/NAME.c, loses points, and the report
# names its cause (the file's first line says how: expect: words of the report); every
# file and function that the README names exists; its commands run, and print what is
# shown of them; and its transcript is what the run prints today, but for what
# kit/mask.sh takes out. One line per lesson; exit status 1 if anything is not so.
# Without a LESSON all of them are, two at a time where that can be, and what
# README.md and lessons/TEACHING.md name is looked up as well.
unset MAKEFLAGS MFLAGS MAKELEVEL
. lessons/kit/lesson.sh
build=${BUILD:-build}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0

complain() { # WHAT
    echo "  $lesson: $1" >&2
    bad=1
}

points_of() { # PROGRAM
    FORMAT=table "$1" | awk '{ print $2 " of " $4 }'
}

# All that there is of a lesson, at once; what does not compile is missed below.
build_all() {
    set -- "$build/exercise/$lesson" "$build/solution/$lesson"
    for mutant in lessons/"$lesson"/mutants/*; do
        set -- "$@" "$build/mutant/$lesson/mutants/$(basename "$mutant" .c)"
    done
    build_alone -k "$@" >/dev/null || complain "something does not compile"
}

check_starter() {
    FORMAT=text HINTS=3 "$build/exercise/$lesson" >"$work/report" 2>&1 &&
        complain "the starter loses no points"
    grep -q 'is not written yet' "$work/report" ||
        complain "the starter does not say what is to be written"
    grep -q 'it crashed\|it hangs' "$work/report" && complain "the starter crashes"
}

check_solution() {
    points=$(points_of "$build/solution/$lesson")
    [ "$points" = "100 of 100" ] || complain "the solution has $points points"
}

check_mutants() {
    count=0
    for mutant in lessons/"$lesson"/mutants/*; do
        name=$(basename "$mutant" .c)
        program=$build/mutant/$lesson/mutants/$name
        words=$(sed -n '1s#^/\* expect: \(.*\) \*/$#\1#p' "$mutant")
        count=$((count + 1))
        FORMAT=text HINTS=0 "$program" >"$work/report" 2>&1 &&
            complain "$name loses no points"
        [ -n "$words" ] && grep -qF -e "$words" "$work/report" ||
            complain "the report on $name does not say: $words"
    done
    [ $count -ge 5 ] || complain "$count wrong solutions, and 5 are the least"
}

# `common/net.c: net_listen()`, or `common/net.c` alone.
check_names() { # PAGE
    page=$(basename "$1")
    grep -oE '`[a-z_]+/[a-z0-9_./-]+\.[a-z]+(: [a-z_0-9]+\(\))?`' "$1" | tr -d '`' |
        sort -u >"$work/names"
    while IFS= read -r name; do
        file=${name%%:*}
        [ -e "$file" ] || complain "$page names $file, which there is not"
        case $name in
        *'()')
            function=${name##*: }
            grep -qE "^[a-z].*[ *]${function%()}\(|^${function%()}\(" "$file" ||
                complain "$page names $function in $file, where it is not"
            ;;
        esac
    done <"$work/names"
}

# `head_parse()` alone, in Try, is of the lesson or of common/.
check_bare_names() {
    sed -n '/^## Try/,/^## Pitfalls/p' "$readme" |
        grep -oE '`[a-z_0-9]+\(\)`' | tr -d '`()' | sort -u >"$work/names"
    while IFS= read -r name; do
        grep -rqE "\<$name\(" "lessons/$lesson" common --include='*.[ch]' ||
            complain "README.md names $name(), which is not in lessons/$lesson or common"
    done <"$work/names"
}

block_of() { # MARK: what stands in the blocks that are marked with it
    awk -v mark="\`\`\`$1" '
        $0 == mark { inside = 1; next } /^```/ { inside = 0 } inside' "$readme"
}

# The server that the page runs its commands with, which stands before them.
server_of() {
    if grep -q '^By hand, with `build/socketio_app`' "$readme"; then
        echo socketio_app
    else
        echo server
    fi
}

# The commands of the blocks that are marked ```sh, in one shell, from the root. The
# server that a reader has in another terminal is started here, on a free port.
check_commands() {
    block_of sh >"$work/commands"
    [ -s "$work/commands" ] || return
    (
        . lessons/kit/run.sh
        start "$(server_of)" "$build/$(server_of)" --port 0
        sed "s/127\.0\.0\.1:8080/127.0.0.1:$port/g" "$1/commands" >"$work/commands"
        timeout 60 sh -e "$work/commands" >"$1/printed" 2>&1 </dev/null
    ) </dev/null || complain "a command of README fails: $(tail -n 1 "$work/printed")"
    check_output
}

# Each line of the blocks that are marked ```output is one that a command printed.
check_output() {
    block_of output | sh lessons/kit/mask.sh >"$work/expected"
    sh lessons/kit/mask.sh <"$work/printed" >"$work/was_printed"
    grep -vxF -f "$work/was_printed" "$work/expected" >"$work/missed" || return
    complain "no command of README prints: $(head -n 1 "$work/missed")"
}

transcript_of() {
    awk -v command="\$ make lesson-${lesson%%-*}" '
        $0 == command { inside = 1; next } /^```/ { inside = 0 } inside' "$readme"
}

check_transcript() {
    timeout 20 sh "lessons/$lesson/run.sh" >"$work/run" 2>&1 </dev/null ||
        complain "the run fails, or takes over 20 s"
    sh lessons/kit/mask.sh <"$work/run" >"$work/now"
    transcript_of | sh lessons/kit/mask.sh >"$work/then"
    [ -s "$work/then" ] || complain "README has no transcript of make lesson-${lesson%%-*}"
    diff "$work/then" "$work/now" >"$work/difference" || {
        complain "the run prints something else than README (make transcripts):"
        head -n 10 "$work/difference" >&2
    }
}

check_lesson() {
    readme=lessons/$lesson/README.md
    before=$bad
    bad=0
    build_all
    check_starter
    check_solution
    check_mutants
    check_names "$readme"
    check_bare_names
    check_commands "$work"
    check_transcript
    [ $bad = 1 ] || echo "$lesson: as it says, $count wrong solutions found out"
    [ $before = 0 ] || bad=1
}

[ $# -gt 0 ] || {
    lesson=pages
    check_names README.md
    check_names lessons/TEACHING.md
    command -v flock >/dev/null && at_once=2 || at_once=1 # see build_alone
    (cd lessons && ls -d [0-9]*/) | tr -d / | xargs -n 1 -P $at_once sh "$0" || bad=1
}
for wanted in "$@"; do
    lesson=$(find_lesson "$wanted") || exit 2
    check_lesson
done
exit $bad
