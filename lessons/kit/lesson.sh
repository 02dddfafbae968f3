# lesson.sh -- what the other scripts share: which lesson a number means, how
# something is built, and what to say when it cannot be.
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

# Why an exercise was not built, in one line. The linkers of GNU, of LLVM and of macOS
# name what is missing each in its own words.
why_not_built() { # FILE: what the compiler and the linker printed
    function=$(sed -nE \
        -e "s/.*undefined (reference to|symbol:) [\`']?([A-Za-z0-9_]+).*/\\2/p" \
        -e 's/^ *"_([A-Za-z0-9_]+)", referenced from:.*/\1/p' "$1" | head -n 1)
    if [ -n "$function" ]; then
        echo "$function() is not in exercise.c: is its name right?"
    else
        echo "exercise.c does not compile"
    fi
}
