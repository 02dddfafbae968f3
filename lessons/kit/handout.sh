# handout.sh -- build/handout/: what students get, which is all but the solutions.
#
# From a checkout: what git knows, and what is new. From a tree without one: all
# but build/.
build=${BUILD:-build}
handout=$build/handout

files() {
    if [ -e .git ]; then
        git ls-files -z --cached --others --exclude-standard
    else
        find . -name build -prune -o -path "./$build" -prune -o -type f -print0
    fi
}

rm -rf "$handout"
mkdir -p "$handout"
files | grep -zvE '^(\./)?lessons/[^/]*/(solution\.c|mutants/)' |
    xargs -0 cp --parents -t "$handout" || exit 1
echo "$handout: $(find "$handout" -type f | wc -l) files, no solution among them"
