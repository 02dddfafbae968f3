# list.sh -- the lessons, and the statement that each puts to the test.
for lesson in lessons/[0-9]*/; do
    lesson=$(basename "$lesson")
    statement=$(sed -n '/^lesson "/,$ { p; /"$/q }' "lessons/$lesson/run.sh" |
        tr -d '\\\n' | sed 's/^lesson "//; s/"$//')
    printf '%-24s %s\n' "$lesson" "$statement"
done
