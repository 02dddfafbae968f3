#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/log.h"
#include "common/trace.h"
#include "tests/catcher.h"

static const struct net_peer peer = {
    .family = AF_INET, .port = 47504, .address = {127, 0, 0, 1}};

/* Read the frame out of these bytes and trace it, with what is behind its
 * header as the payload. */
static const char *trace_of(const char *bytes, size_t size)
{
    struct ws_frame frame;
    size_t header = ws_read_header((struct slice){bytes, size}, &frame);
    assert_int_not_equal(header, 0);
    catcher_begin(&(struct log_options){.level = LOG_TRACE});
    trace_frame(&peer, '<', &frame,
                (struct slice){bytes + header, size - header});
    return catcher_end();
}

static void a_start_line_is_shown_without_its_end(void **state)
{
    (void)state;
    catcher_begin(&(struct log_options){.level = LOG_TRACE});
    trace_text(&peer, '<', slice_of("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
    trace_text(&peer, '>', slice_of("no end, but \x1b"));
    assert_string_equal(catcher_end(), "127.0.0.1:47504 < GET / HTTP/1.1\n"
                                       "127.0.0.1:47504 > no end, but \\x1b\n");
}

static void the_bits_of_a_frame_are_decoded(void **state)
{
    (void)state;
    assert_string_equal(trace_of("\x81\x05hello", 7),
                        "127.0.0.1:47504 < FIN=1 RSV=000 opcode=1 TEXT MASK=0 "
                        "length=5 \"hello\"\n");
    assert_string_equal(trace_of("\x02\x81\x12\x34\xab\xcd\x01", 7),
                        "127.0.0.1:47504 < FIN=0 RSV=000 opcode=2 BINARY "
                        "MASK=1 key=1234abcd length=1 \"\\x01\"\n");
}

static void reserved_bits_are_shown_in_their_order(void **state)
{
    (void)state;
    assert_non_null(strstr(trace_of("\xc1\x00", 2), "RSV=100"));
    assert_non_null(strstr(trace_of("\xa1\x00", 2), "RSV=010"));
    assert_non_null(strstr(trace_of("\x91\x00", 2), "RSV=001"));
    assert_non_null(strstr(trace_of("\x83\x00", 2), "opcode=3 reserved"));
}

static void a_close_frame_shows_code_and_reason(void **state)
{
    (void)state;
    assert_non_null(strstr(trace_of("\x88\x05\x03\xe9"
                                    "bye",
                                    7),
                           "opcode=8 CLOSE MASK=0 length=5 1001 \"bye\"\n"));
    assert_non_null(strstr(trace_of("\x88\x00", 2), "length=0 \"\"\n"));
}

static void every_opcode_has_its_name(void **state)
{
    (void)state;
    assert_non_null(strstr(trace_of("\x80\x00", 2), "opcode=0 CONTINUATION "));
    assert_non_null(strstr(trace_of("\x89\x00", 2), "opcode=9 PING "));
    assert_non_null(strstr(trace_of("\x8a\x00", 2), "opcode=10 PONG "));
}

static void without_a_trace_nothing_is_written(void **state)
{
    struct ws_frame frame = {.opcode = WS_TEXT};
    (void)state;
    catcher_begin(&(struct log_options){.level = LOG_INFO});
    trace_text(&peer, '<', slice_of("GET / HTTP/1.1\r\n"));
    trace_frame(&peer, '<', &frame, slice_of(""));
    assert_string_equal(catcher_end(), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_start_line_is_shown_without_its_end),
        cmocka_unit_test(the_bits_of_a_frame_are_decoded),
        cmocka_unit_test(reserved_bits_are_shown_in_their_order),
        cmocka_unit_test(a_close_frame_shows_code_and_reason),
        cmocka_unit_test(every_opcode_has_its_name),
        cmocka_unit_test(without_a_trace_nothing_is_written),
    };
    return cmocka_run_group_tests_name("trace", tests, NULL, NULL);
}
