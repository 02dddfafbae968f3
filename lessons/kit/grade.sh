# grade.sh -- the points of every exercise; $FORMAT is table, json or junit.
#
# What does not compile has no points, and the others have theirs.
unset MAKEFLAGS MFLAGS MAKELEVEL
. lessons/kit/lesson.sh
build=${BUILD:-build}
export FORMAT=${FORMAT:-table}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

lessons=$(cd lessons && ls -d [0-9]*/ | tr -d /)
for lesson in $lessons; do
    build_alone "$build/exercise/$lesson" >"$work/$lesson.errors" 2>&1
    if [ $? = 0 ]; then
        "$build/exercise/$lesson" >"$work/$lesson"
    else
        cat "$work/$lesson.errors" >&2
        sh lessons/kit/no_points.sh "$lesson" "$(why_not_built "$work/$lesson.errors")" \
            >"$work/$lesson"
    fi
done

case $FORMAT in
table)
    cat $(for lesson in $lessons; do echo "$work/$lesson"; done)
    awk '{ points += $2; of += $4 } END { printf "%-28s %4d of %d\n", "all", points, of }' \
        $(for lesson in $lessons; do echo "$work/$lesson"; done)
    ;;
json)
    separator='['
    for lesson in $lessons; do
        echo "$separator"
        cat "$work/$lesson"
        separator=,
    done
    echo ']'
    ;;
junit)
    echo '<?xml version="1.0" encoding="UTF-8"?>'
    echo '<testsuites>'
    for lesson in $lessons; do cat "$work/$lesson"; done
    echo '</testsuites>'
    ;;
esac
