# mutant.awk -- a wrong solution: the right one, with functions of another file.
#
#   awk -f lessons/kit/mutant.awk lessons/NN-name/mutants/MISTAKE.c \
#       lessons/NN-name/solution.c
#
# A function of the first file takes the place of the one that has its name in
# the second. What stands above it there comes along: an #include, a variable, a
# function that the solution does not have.

FNR == 1 { text = "" }
!is_inside && /^[a-z].*\(/ { # a function, unless it turns out to be declared
    match($0, /[a-z_0-9]+\(/)
    name = substr($0, RSTART, RLENGTH - 1)
    if (FNR != NR) {
        printf "%s", text
        text = ""
    }
}
{ text = text $0 "\n" }
/^{$/ { is_inside = 1 }
is_inside && /^}$/ {
    if (FNR == NR) {
        wrong[++count] = text
        place[name] = count
    } else if (name in place) {
        while (said < place[name])
            printf "%s", wrong[++said]
    } else {
        printf "%s", text
    }
    is_inside = 0
    text = ""
}
END {
    printf "%s", text
    if (count > 0 && said == count)
        exit 0
    print ARGV[1] ": its last function is none of the solution" >"/dev/stderr"
    exit 1
}
