#!/bin/sh
# Who may include whom, and which codec asks the kernel for something.
#
#      bytes <- codecs      codecs + kernel <- pump      common <- server
#      bytes <- kernel                                   common <- client
#
# usage: check_layers.sh BUILD     (the objects are in BUILD/release)
build=${1:-build}
bad=0
bytes='slice buf alloc limits log'
kernel='net loop loop_epoll loop_poll timer conn'
pump='ws_conn trace'

is_in() { case " $2 " in *" $1 "*) return 0 ;; esac; return 1; }

layer_of() {
    if is_in "$1" "$bytes"; then echo bytes
    elif is_in "$1" "$kernel"; then echo kernel
    elif is_in "$1" "$pump"; then echo pump
    else echo codec; fi
}

# May a file of this layer include a header of that one?
may_include() {
    case $1-$2 in
    bytes-bytes | kernel-bytes | kernel-kernel | codec-bytes | codec-codec) ;;
    pump-*) ;;
    *) return 1 ;;
    esac
}

complain() { echo "layers: $1" >&2; bad=1; }

for file in common/*.[ch]; do
    module=$(basename "${file%.*}")
    for header in $(sed -n 's/^#include "\(.*\)"/\1/p' "$file"); do
        case $header in
        common/*) ;;
        *) complain "$file includes $header"; continue ;;
        esac
        to=$(layer_of "$(basename "${header%.h}")")
        may_include "$(layer_of "$module")" "$to" ||
            complain "$file ($(layer_of "$module")) includes $header ($to)"
    done
done

for side in server client; do
    for file in $side/*.[ch]; do
        for header in $(sed -n 's/^#include "\(.*\)"/\1/p' "$file"); do
            case $header in
            common/* | $side/*) ;;
            *) complain "$file includes $header" ;;
            esac
        done
    done
done

# Everything a codec may leave to libc: memory, text, and nothing that waits.
pure='memcpy memmove memset memcmp memchr memrchr memmem strlen strcmp strchr
      strrchr strpbrk strncmp strcspn strspn snprintf vsnprintf free abort inet_pton
      __assert_fail __stack_chk_fail __snprintf_chk __memcpy_chk bcmp'
defined=$(nm -g --defined-only "$build"/plain/common/*.o | awk 'NF == 3 { print $3 }')
for object in "$build"/plain/common/*.o; do
    [ "$(layer_of "$(basename "${object%.o}")")" = codec ] || continue
    for symbol in $(nm -u "$object" | awk '{ print $2 }'); do
        is_in "$symbol" "$(echo $pure)" || is_in "$symbol" "$(echo $defined)" ||
            [ "$symbol" = _GLOBAL_OFFSET_TABLE_ ] ||
            complain "$object needs $symbol"
    done
done

# No two headers may need each other.
cycle=$(for file in common/*.h server/*.h client/*.h; do
            sed -n "s|^#include \"\(.*\)\"|$file \1|p" "$file"
        done | tsort 2>&1 >/dev/null)
[ -z "$cycle" ] || complain "headers include each other: $cycle"

[ $bad = 0 ] && echo "layers: every include follows the arrows, no codec calls the kernel"
exit $bad
