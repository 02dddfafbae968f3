# exercise.sh NUMBER -- build the exercise of a lesson, test it and show the points.
unset MAKEFLAGS MFLAGS MAKELEVEL
. lessons/kit/lesson.sh
lesson=$(find_lesson "$1") || exit 2
program=${BUILD:-build}/exercise/$lesson
build_alone "$program" >&2 || {
    echo "lessons/$lesson/exercise.c does not compile: see above" >&2
    exit 1
}
"$program"
status=$?
# Points that are missing are no error of make's.
[ $status -le 1 ] || exit $status
