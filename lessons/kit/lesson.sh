# lesson.sh -- what the other scripts share: which lesson a number means, and how
# something is built.
find_lesson() { # NUMBER OR NAME
    for folder in lessons/$1 lessons/$1-*/; do
        [ -e "${folder%/}/exercise.c" ] || continue
        basename "$folder"
        return
    done
    echo "there is no lesson $1: make lessons lists them" >&2
    exit 2
}

# Build quietly, one at a time: others may do the same in the same tree.
build_alone() { # GOAL...
    mkdir -p "${BUILD:-build}"
    if command -v flock >/dev/null; then
        flock "${BUILD:-build}/lock" make -s "$@"
    else
        make -s "$@"
    fi
}
