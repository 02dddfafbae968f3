# test_check.sh -- does check.sh find what is broken?
#
# A small lesson is written into a tree of its own, where everything is as it says.
# Then each proof is broken once, and check.sh has to fail and to name it. And what
# is said of an exercise that cannot be built is looked at in the same tree.
build=${BUILD:-build}
work=$(mktemp -d)
whole=$work/whole
broken=$work/broken
lesson=$whole/lessons/99-tried
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
count=0
bad=0

# ----------------------------------------------------------- a small lesson

write_answer() { # FILE EXPRESSION FIRST-LINE
    echo "$3
int twice(int number)
{
    return $2;
}" >"$lesson/$1"
}

# The wrong solution NAME returns EXPRESSION; its report says WORDS.
write_mutant() { # NAME EXPRESSION WORDS
    write_answer "mutants/$1.c" "$2" "/* expect: $3 */"
}

write_code() {
    echo 'int twice(int number);' >"$lesson/exercise.h"
    cat >"$lesson/test_exercise.c" <<'EOF'
#include "lessons/99-tried/exercise.h"
#include "lessons/kit/grade.h"
static void try(int number)
{
    expect_written(twice(number) != -1, "twice()");
    expect_number("what twice() returns", twice(number), 2 * number);
}
static void try_2(void)
{
    try(2);
}
static void try_7(void)
{
    try(7);
}
static const struct graded_test tests[] = {
    {"2 is doubled", 50, try_2, {"a", "b", "c"}, NULL},
    {"7 is doubled", 50, try_7, {"a", "b", "c"}, NULL},
    {0},
};
int main(void)
{
    return grade("99-tried", tests);
}
EOF
    write_answer solution.c '2 * number' '#include "lessons/99-tried/exercise.h"'
    write_answer exercise.c 'number * 0 - 1' '#include "lessons/99-tried/exercise.h"'
    write_mutant once number 'returns is 2, and 4 was right'
    write_mutant thrice '3 * number' 'returns is 6, and 4 was right'
    write_mutant square 'number * number' 'returns is 49, and 14 was right'
    write_mutant off-by-one '2 * number + 1' 'returns is 5, and 4 was right'
    write_mutant nothing 'number - number' 'returns is 0, and 4 was right'
}

write_page() {
    echo 'echo "twice 7 is $((2 * 7))"' >"$lesson/run.sh"
    cat >"$lesson/README.md" <<'EOF'
```
$ make lesson-99
twice 7 is 14
```
```sh
build/client get http://127.0.0.1:8080/healthz
```
```output
ok
```
## Try
Write `twice()`.
## Pitfalls
It goes through `common/net.c: net_listen()`.
EOF
    echo 'It all begins in `common/net.c: net_listen()`.' |
        tee "$whole/README.md" >"$whole/lessons/TEACHING.md"
}

# What is built already is taken over with its times, so that little is built here.
write_tree() {
    mkdir -p "$lesson/mutants" "$whole/build/sanitized/lessons"
    cp -Rp Makefile common "$whole"
    cp -Rp lessons/lessons.mk lessons/kit "$whole/lessons"
    cp -Rp "$build/server" "$build/client" "$build/socketio_app" "$whole/build"
    cp -Rp "$build/sanitized/common" "$whole/build/sanitized"
    cp -Rp "$build/sanitized/lessons/kit" "$whole/build/sanitized/lessons"
    write_code
    write_page
}

# ----------------------------------------------------------- breaking it

check() { # TREE
    (cd "$1" && BUILD=build sh lessons/kit/check.sh) >"$work/report" 2>&1
}

# Break something in the folder of the lesson, in a copy of the tree.
break_it() { # COMMAND...
    rm -rf "$broken"
    cp -Rp "$whole" "$broken"
    (cd "$broken/lessons/99-tried" && "$@") || exit 1
    count=$((count + 1))
}

# What check.sh has to say when something is broken.
broken() { # WORDS COMMAND...
    words=$1
    shift
    break_it "$@"
    if check "$broken"; then
        echo "check.sh lets pass: $*" >&2
        bad=1
    elif ! grep -qF -e "$words" "$work/report"; then
        echo "check.sh does not say \"$words\" of: $*" >&2
        cat "$work/report" >&2
        bad=1
    fi
}

# What check.sh has to let pass.
passes() { # COMMAND...
    break_it "$@"
    check "$broken" && return
    echo "check.sh complains of: $*" >&2
    cat "$work/report" >&2
    bad=1
}

change() { # FILE SED-SCRIPT
    sed "$2" "$1" >"$work/changed" && cp "$work/changed" "$1"
}

# What another script of the kit has to say then.
said() { # WORDS SCRIPT ARGUMENT COMMAND...
    words=$1 script=$2 argument=$3
    shift 3
    break_it "$@"
    (cd "$broken" && BUILD=build sh "lessons/kit/$script" $argument) >"$work/report" 2>&1
    grep -qF -e "$words" "$work/report" || {
        echo "$script does not say \"$words\" of: $*" >&2
        cat "$work/report" >&2
        bad=1
    }
}

write_tree
check "$whole" || {
    echo "check.sh complains of a lesson in which everything is as it says:" >&2
    cat "$work/report" >&2
    exit 1
}

broken 'the starter loses no points' cp solution.c exercise.c
broken 'does not compile' change exercise.c 's/return/retrun/'
broken 'does not say what is to be written' change exercise.c 's/return.*/return 0;/'
broken 'the starter crashes' change exercise.c 's/return.*/return *(int *)0;/'
broken 'the solution has 0 of 100 points' change solution.c 's/2 \*/3 */'
broken 'the solution has 110 of 110 points' change test_exercise.c 's/2 is doubled", 50/2 is doubled", 60/'
broken 'thrice loses no points' change mutants/thrice.c '/return/s/3 \*/2 */'
broken 'the report on thrice does not say: something' change mutants/thrice.c '1s/expect: .*right/expect: something/'
broken 'the report on thrice does not say' change mutants/thrice.c 1d
broken 'does not compile' change mutants/thrice.c s/twice/trice/
broken '4 wrong solutions' rm mutants/thrice.c
broken 'README.md names common/none.c' change README.md 's/net\.c/none.c/'
broken 'README.md names net_lisp() in common/net.c' change README.md 's/net_listen/net_lisp/'
broken 'README.md names common/none.c' change ../../README.md 's/net\.c/none.c/'
broken 'TEACHING.md names net_lisp() in common/net.c' change ../TEACHING.md 's/net_listen/net_lisp/'
broken 'a command of README fails' change README.md 's/healthz/nowhere/'
broken 'no command of README prints: okay' change README.md 's/^ok$/okay/'
broken 'README.md names thrice()' change README.md 's/`twice/`thrice/'
passes change README.md "s#^It goes#By hand, with \`build/socketio_app\`:\n&#
    s#build/client get .*#build/client socketio http://127.0.0.1:8080/ext-dyn-1 -n 1; echo ok#"
broken 'the run prints something else' change README.md 's/is 14/is 15/'
broken 'README has no transcript' change README.md 's/lesson-99/lesson-98/'
broken 'the run fails' change run.sh '$s/$/; exit 1/'

said 'exercise.c does not compile' exercise.sh 99 change exercise.c 's/return/retrun/'
said 'twice() is not in exercise.c' exercise.sh 99 change exercise.c 's/twice/thrice/'
said '0 of 100   (twice() is not in exercise.c' grade.sh '' change exercise.c 's/twice/thrice/'

# What is behind a crash, behind hangs, and without a command of its own.
broken_at() { # STATEMENT
    sed "s/return.*/$1 return 1;/" solution.c >exercise.c
}
hanging() {
    broken_at 'for (volatile int i = 0; i < 1;);'
    change test_exercise.c '/"7 is doubled"/{p;p;p;p;}'
}
said 'by hand: TEST=2 make exercise-99' exercise.sh 99 broken_at ''
said '(HINTS=2 shows more)' exercise.sh 99 broken_at '__builtin_trap();'
export HINTS=3
said 'hint: c' exercise.sh 99 broken_at '__builtin_trap();'
unset HINTS
said 'not tried: 4 tests hung before' exercise.sh 99 hanging

# Both answers are wrong, and the exercise prints what may not stand in JSON or XML.
printing() {
    sed 's/return.*/printf("<\\"\\001\\377>\\n"); return 1;/; 1a #include <stdio.h>' \
        solution.c >exercise.c
}
export FORMAT=json
said '4 was right\n","printed":"<\"\\x01\\xff>' grade.sh '' printing
FORMAT=junit
said 'what twice() returns is 1, and 4 was right' grade.sh '' printing
said '<system-out>&#60;&#34;\x01\xff&#62;' grade.sh '' printing

[ $bad = 0 ] && echo "the kit is right about each of $count things that were changed"
exit $bad
