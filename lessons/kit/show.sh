# show.sh NUMBER -- run a lesson: its statement, as it happens.
. lessons/kit/lesson.sh
lesson=$(find_lesson "$1") || exit 2
exec sh "lessons/$lesson/run.sh"
