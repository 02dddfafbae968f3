# exercise.sh NUMBER -- build the exercise of a lesson, test it and show the points.
unset MAKEFLAGS MFLAGS MAKELEVEL
. lessons/kit/lesson.sh
lesson=$(find_lesson "$1") || exit 2
program=${BUILD:-build}/exercise/$lesson
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What is printed is seen at once, and kept.
{ build_alone "$program" 2>&1 || : >"$work/failed"; } | tee "$work/errors" >&2
if [ -e "$work/failed" ]; then
    echo "lessons/$lesson: $(why_not_built "$work/errors")" >&2
    exit 1
fi
"$program"
status=$?
# Points that are missing are no error of make's.
[ $status -le 1 ] || exit $status
