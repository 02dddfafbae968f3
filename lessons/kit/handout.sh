# handout.sh -- build/handout/: what students get, which is all but the solutions.
build=${BUILD:-build}
handout=$build/handout
rm -rf "$handout"
mkdir -p "$handout"
git ls-files -z --cached --others --exclude-standard 2>/dev/null |
    grep -zvE '^lessons/[^/]*/(solution\.c|mutants/)' |
    xargs -0 cp --parents -t "$handout"
echo "$handout: $(find "$handout" -type f | wc -l) files, no solution among them"
