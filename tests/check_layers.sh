#!/bin/sh
# Who may include whom, and which codec asks the kernel for something.
#
#      bytes <- codecs      codecs + kernel <- pump      common <- server
#      bytes <- kernel                                   common <- client
#                                                        common <- lessons
#
# usage: check_layers.sh     (from the root; BUILD=build, and CC as for make)
#
# One line when all is well, a line with file and line for each wrong arrow, and
# one for each symbol that a codec has no business with.
unset MAKEFLAGS MFLAGS MAKELEVEL
build=${BUILD:-build}
bad=0

layer_of() { # FILE
    name=${1#common/}
    case $1:${name%.*} in
    server/*) echo server ;;
    client/*) echo client ;;
    lessons/*) echo lessons ;;
    common/*:slice | common/*:buf | common/*:alloc | common/*:limits | \
        common/*:hex | common/*:log) echo bytes ;;
    common/*:net | common/*:loop | common/*:loop_epoll | common/*:loop_poll | \
        common/*:timer | common/*:parts | common/*:conn | common/*:signals) \
        echo kernel ;;
    common/*:http* | common/*:chunked | common/*:sse | common/*:url | \
        common/*:utf8 | common/*:sha1 | common/*:base64 | common/*:websocket | \
        common/*:websocket_handshake | common/*:json | common/*:engineio | \
        common/*:socketio) echo codecs ;;
    common/*:ws_conn | common/*:trace) echo pump ;;
    tests/*) echo tests ;;
    *) echo none ;;
    esac
}

layers_below() { # LAYER: what its files may include
    case $1 in
    bytes) echo bytes ;;
    kernel) echo bytes kernel ;;
    codecs) echo bytes codecs ;;
    pump) echo bytes kernel codecs pump ;;
    server | client | lessons) echo bytes kernel codecs pump "$1" ;;
    esac
}

judged='bytes kernel codecs pump server client lessons' # the tests may include anything

is_in() { # WORD LIST
    case " $2 " in *" $1 "*) return 0 ;; esac
    return 1
}

complain() {
    echo "layers: $1" >&2
    bad=1
}

# FILE:LINE:HEADER for each header that isn't the system's.
includes_of() {
    grep -nE '^[ 	]*#[ 	]*include[ 	]*("|<(common|server|client|lessons|tests)/)' "$@" \
        /dev/null | sed -E 's/^([^:]*:[0-9]*:)[^"<]*["<]([^">]*)[">].*/\1\2/'
}

check_include() { # FILE LINE HEADER
    from=$(layer_of "$1")
    to=$(layer_of "$3")
    # What stands in no source tree was made from a page, and put beside it.
    if [ ! -e "$3" ] && [ ! -e "${3%.h}" ] || is_in .. "$(echo "$3" | tr / ' ')"
    then
        complain "$1:$2 includes \"$3\", which isn't spelled from the root"
    elif is_in "$from" "$judged" && ! is_in "$to" "$(layers_below "$from")"; then
        complain "$1:$2 ($from) includes \"$3\" ($to)"
    fi
}

check_arrows() {
    for file in common/*.[ch]; do
        [ "$(layer_of "$file")" != none ] ||
            complain "$file is of no layer: name it in $0"
    done
    for include in $(includes_of common/*.[ch] server/*.[ch] client/*.[ch] \
        lessons/*.[ch] lessons/*/*.[ch] tests/*.[ch] tests/*/*.[ch]); do
        header=${include##*:}
        place=${include%:*}
        check_include "${place%:*}" "${place##*:}" "$header"
    done
}

# A header without a .c is a part of the .c files that include it.
includes_of_modules() {
    for include in $(includes_of common/*.[ch] server/*.[ch] client/*.[ch] lessons/*.[ch])
    do
        header=${include##*:}
        case $include in
        *.c:*) [ -e "${header%.h}.c" ] || continue ;;
        esac
        echo "$include"
    done
}

# A module is a header and its .c: neither may lead back to it by way of another.
check_cycles() {
    includes=$(includes_of_modules)
    # tsort names the members of each loop, one to a line.
    loop=$(echo "$includes" | sed -E 's/\.[ch]:[0-9]*:(.*)\.h$/ \1/' |
        tsort 2>&1 >/dev/null | sed -n 's/^tsort: \([^ ]*\/[^ ]*\)$/\1/p')
    for include in $includes; do
        from=${include%%.[ch]:*}
        to=${include##*:}
        [ "$from" != "${to%.h}" ] && is_in "$from" "$(echo $loop)" &&
            is_in "${to%.h}" "$(echo $loop)" &&
            complain "${include%:*} includes \"$to\", in a circle"
    done
}

# What a codec may leave to libc: memory and text, and nothing that asks the kernel.
pure='memcpy memmove memset memcmp bcmp memchr memrchr memmem strlen strnlen strcmp
      strncmp strcasecmp strncasecmp strchr strrchr strpbrk strspn strcspn strstr
      snprintf vsnprintf sscanf __isoc99_sscanf __isoc23_sscanf inet_pton free
      abort __assert_fail __stack_chk_fail
      __memcpy_chk __memmove_chk __memset_chk __snprintf_chk __vsnprintf_chk
      _GLOBAL_OFFSET_TABLE_'

# Optimized when they are linked, objects don't tell what they need of libc.
check_symbols() {
    codecs=
    plain=$build/plain
    for file in common/*.c; do
        [ "$(layer_of "$file")" = codecs ] &&
            codecs="$codecs $plain/release/${file%.c}.o"
    done
    below="$plain/release/common/buf.o $plain/release/common/alloc.o"
    make -s BUILD="$plain" CFLAGS=-O1 $codecs $below >/dev/null || exit 1
    ours=$(nm -g --defined-only $codecs $below | awk 'NF == 3 { print $3 }')
    for object in $codecs; do
        for symbol in $(nm -u "$object" | awk '{ print $2 }'); do
            is_in "$symbol" "$(echo $pure $ours)" ||
                complain "$(basename "$object" .o) is a codec and needs $symbol()"
        done
    done
}

check_arrows
check_cycles
[ $bad = 1 ] || check_symbols
[ $bad = 1 ] ||
    echo "layers: every include follows the arrows, and no codec asks the kernel"
exit $bad
