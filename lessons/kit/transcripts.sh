# transcripts.sh [LESSON ...] -- print anew what each README shows of its run.
#
# The text between `$ make lesson-NN` and the end of its block is the run's.
. lessons/kit/lesson.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
[ $# -gt 0 ] || set -- $(cd lessons && ls -d [0-9]*/ | tr -d /)
for lesson in "$@"; do
    lesson=$(find_lesson "$lesson") || exit 2
    readme=lessons/$lesson/README.md
    sh "lessons/$lesson/run.sh" >"$work/run" 2>&1 || exit 1
    awk -v run="$work/run" -v command="\$ make lesson-${lesson%%-*}" '
        $0 == command { print; while ((getline line < run) > 0) print line; inside = 1; next }
        /^```/ { inside = 0 }
        !inside' "$readme" >"$work/readme" && cp "$work/readme" "$readme"
    echo "$readme"
done
