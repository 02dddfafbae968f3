/* Engine.IO protocol 4. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/engineio.h"

static struct slice slice_sized(const char *bytes, size_t size)
{
    return (struct slice){bytes, size};
}

static void append_described(struct buf *out, const struct eio_packet *packet)
{
    buf_append(out, &(char){(char)packet->type}, 1);
    buf_append_text(out, packet->is_binary ? " binary " : " ");
    buf_append_slice(out, packet->data);
    buf_append_text(out, "\n");
}

/* What is in a payload, a line for each packet, and how it ends. The payload is
 * read from memory of just its size. */
static void assert_payload(const char *bytes, size_t size, const char *packets)
{
    char *exact = malloc(size > 0 ? size : 1);
    assert_non_null(exact);
    memcpy(exact, bytes, size);
    struct eio_payload payload = {.rest = slice_sized(exact, size)};
    struct eio_packet packet;
    struct buf lines = {0};
    enum eio_result result;
    while ((result = eio_next(&payload, &packet)) == EIO_PACKET)
        append_described(&lines, &packet);
    buf_append_text(&lines, result == EIO_END ? "end" : "bad");
    buf_append(&lines, "", 1);
    assert_string_equal(buf_head(&lines), packets);
    buf_free(&payload.decoded);
    buf_free(&lines);
    free(exact);
}

static void assert_text_payload(const char *text, const char *packets)
{
    assert_payload(text, strlen(text), packets);
}

/* ------------------------------------------------ the specification's bytes */

static void the_payload_of_the_specification_is_four_packets(void **state)
{
    (void)state; /* "4hello\x1e2\x1e4world", and with bAQIDBA== */
    assert_text_payload("4hello\x1e"
                        "2\x1e"
                        "4world",
                        "4 hello\n2 \n4 world\nend");
    assert_text_payload("4hello\x1e"
                        "bAQIDBA==",
                        "4 hello\n4 binary \x01\x02\x03\x04\nend");
}

static void a_packet_of_its_own_is_a_payload(void **state)
{
    (void)state;
    assert_text_payload("1", "1 \nend");
    assert_text_payload("2probe", "2 probe\nend");
    assert_text_payload("4", "4 \nend");
    assert_text_payload("b", "4 binary \nend");
    assert_text_payload("4\xe2\x82\xac", "4 \xe2\x82\xac\nend");
}

static void every_type_of_the_specification_is_known(void **state)
{
    (void)state;
    struct eio_packet packet;
    for (int type = 0; type < 256; type++) {
        char text[] = {(char)type, 'x'};
        bool is_known = eio_read_packet(slice_sized(text, 2), false, &packet);
        assert_int_equal(is_known, type >= '0' && type <= '6');
        if (is_known)
            assert_int_equal(packet.type, type);
    }
}

static void a_binary_message_of_websocket_has_no_type(void **state)
{
    (void)state;
    struct eio_packet packet;
    assert_true(eio_read_packet(slice_sized("2\0", 2), true, &packet));
    assert_int_equal(packet.type, EIO_MESSAGE);
    assert_true(packet.is_binary);
    assert_int_equal(packet.data.size, 2);
    assert_true(eio_read_packet(slice_of(""), true, &packet));
    assert_int_equal(packet.data.size, 0);
}

static void a_text_message_of_websocket_is_one_packet(void **state)
{
    (void)state;
    struct eio_packet packet;
    assert_true(eio_read_packet(slice_of("4a\x1e"
                                         "2"),
                                false, &packet));
    assert_int_equal(packet.type, EIO_MESSAGE);
    assert_false(packet.is_binary);
    assert_true(slice_is(packet.data, "a\x1e"
                                      "2"));
}

/* ------------------------------------------------------------- cuts */

/* A payload that is broken off is one that ends earlier, or none. */
static void a_payload_that_is_cut_is_its_beginning_or_bad(void **state)
{
    (void)state;
    static const char whole[] = "4hi\x1e"
                                "bAQID\x1e"
                                "2";
    static const char *const packets[] = {
        "bad",
        "4 \nend",
        "4 h\nend",
        "4 hi\nend",
        "4 hi\nbad",
        "4 hi\n4 binary \nend",
        "4 hi\nbad",
        "4 hi\nbad",
        "4 hi\nbad",
        "4 hi\n4 binary \x01\x02\x03\nend",
        "4 hi\n4 binary \x01\x02\x03\nbad",
        "4 hi\n4 binary \x01\x02\x03\n2 \nend",
    };
    for (size_t cut = 0; cut < sizeof whole; cut++)
        assert_payload(whole, cut, packets[cut]);
}

/* ------------------------------------------------------------- violations */

static void an_empty_packet_is_bad(void **state)
{
    (void)state;
    struct eio_packet packet;
    assert_text_payload("", "bad");
    assert_text_payload("\x1e", "bad");
    assert_text_payload("4a\x1e\x1e"
                        "4b",
                        "4 a\nbad");
    assert_false(eio_read_packet(slice_of(""), false, &packet));
}

static void a_type_that_there_is_not_is_bad(void **state)
{
    (void)state;
    assert_text_payload("abc", "bad");
    assert_text_payload("7", "bad");
    assert_text_payload("4a\x1e/", "4 a\nbad");
    assert_payload("\0", 1, "bad");
    assert_text_payload("6:4hello", "6 :4hello\nend"); /* protocol 3 */
}

static void base64_that_no_encoder_writes_is_bad(void **state)
{
    (void)state;
    assert_text_payload("bA==", "bad");
    assert_text_payload("bAQIDBA", "bad");
    assert_text_payload("bAQID BA=", "bad");
    assert_text_payload("bAQIDBA==\n", "bad");
    assert_text_payload("bAQI-", "bad");
    assert_text_payload("bAQ==AQ==", "bad");
}

/* ------------------------------------------------------------- writing */

static void append(struct buf *payload, enum eio_type type, bool is_binary,
                   const char *data)
{
    eio_append_packet(payload,
                      &(struct eio_packet){type, is_binary, slice_of(data)});
}

static void assert_holds(const struct buf *buf, const char *text)
{
    assert_int_equal(buf_size(buf), strlen(text));
    assert_memory_equal(buf_head(buf), text, strlen(text));
}

static void packets_are_appended_with_separators(void **state)
{
    (void)state;
    struct buf payload = {0};
    append(&payload, EIO_MESSAGE, false, "hello");
    assert_holds(&payload, "4hello");
    append(&payload, EIO_PING, false, "");
    append(&payload, EIO_MESSAGE, true, "\x01\x02\x03\x04");
    append(&payload, EIO_MESSAGE, true, "");
    assert_holds(&payload, "4hello\x1e"
                           "2\x1e"
                           "bAQIDBA==\x1e"
                           "b");
    buf_free(&payload);
}

static void a_packet_takes_the_size_that_is_told(void **state)
{
    (void)state;
    static const char data[] = "0123456789";
    for (size_t size = 0; size < sizeof data; size++) {
        for (int is_binary = 0; is_binary < 2; is_binary++) {
            struct eio_packet packet = {EIO_MESSAGE, is_binary,
                                        slice_sized(data, size)};
            struct buf payload = {0};
            eio_append_packet(&payload, &packet);
            assert_int_equal(buf_size(&payload), eio_packet_size(&packet));
            buf_free(&payload);
        }
    }
}

/* ------------------------------------------------------------- round trip */

static void what_one_end_appends_the_other_takes(void **state)
{
    (void)state;
    enum { COUNT = 50 };
    struct buf wire = {0};
    struct eio_packet packet;
    uint8_t bytes[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        bytes[i] = (uint8_t)(37 * i);
    for (size_t i = 0; i < COUNT; i++)
        eio_append_packet(
            &wire,
            &(struct eio_packet){EIO_MESSAGE, i % 2 != 0,
                                 i % 2 ? slice_sized((char *)bytes, i)
                                       : slice_of("4\xc3\xa9 b= \x1d\x1f")});
    struct eio_payload payload = {.rest = buf_slice(&wire)};
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(eio_next(&payload, &packet), EIO_PACKET);
        assert_int_equal(packet.type, EIO_MESSAGE);
        assert_int_equal(packet.is_binary, i % 2 != 0);
        if (packet.is_binary) {
            assert_int_equal(packet.data.size, i);
            assert_memory_equal(packet.data.data, bytes, i);
        } else {
            assert_true(slice_is(packet.data, "4\xc3\xa9 b= \x1d\x1f"));
        }
    }
    assert_int_equal(eio_next(&payload, &packet), EIO_END);
    buf_free(&payload.decoded);
    buf_free(&wire);
}

/* ------------------------------------------------------------- handshake */

static void the_handshake_is_written_as_the_specification_has_it(void **state)
{
    (void)state;
    struct buf out = {0};
    struct eio_handshake handshake = {
        .sid = slice_of("lv_VI97HAXpY6yYWAAAC"),
        .may_upgrade = true,
        .ping_interval_ms = 25000,
        .ping_timeout_ms = 20000,
        .max_payload = 1000000,
    };
    eio_append_handshake(&out, &handshake);
    assert_holds(&out, "{\"sid\":\"lv_VI97HAXpY6yYWAAAC\",\"upgrades\":["
                       "\"websocket\"],\"pingInterval\":25000,\"pingTimeout\":"
                       "20000,\"maxPayload\":1000000}");
    buf_free(&out);
    handshake.may_upgrade = false;
    eio_append_handshake(&out, &handshake);
    assert_non_null(strstr((char *)buf_head(&out), "\"upgrades\":[],"));
    buf_free(&out);
}
static void a_handshake_is_read_as_it_was_written(void **state)
{
    (void)state;
    struct buf out = {0};
    struct eio_handshake handshake = {
        .sid = slice_of("lv_VI97HAXpY6yYWAAAC"),
        .may_upgrade = true,
        .ping_interval_ms = 25000,
        .ping_timeout_ms = 20000,
        .max_payload = 4294967295u,
    };
    struct eio_handshake read;
    eio_append_handshake(&out, &handshake);
    assert_true(eio_read_handshake(buf_slice(&out), &read));
    assert_true(slice_is(read.sid, "lv_VI97HAXpY6yYWAAAC"));
    assert_true(read.may_upgrade);
    assert_int_equal(read.ping_interval_ms, 25000);
    assert_int_equal(read.ping_timeout_ms, 20000);
    assert_int_equal(read.max_payload, 4294967295u);
    for (size_t cut = 0; cut < buf_size(&out); cut++)
        assert_false(eio_read_handshake(
            slice_sized((char *)buf_head(&out), cut), &read));
    buf_free(&out);
}

static bool reads(const char *json)
{
    struct eio_handshake handshake;
    return eio_read_handshake(slice_of(json), &handshake);
}

static void what_is_not_needed_may_be_missing(void **state)
{
    (void)state;
    struct eio_handshake handshake;
    assert_true(eio_read_handshake(slice_of(" {\"x\":[{}],\"sid\":\"a\"} "),
                                   &handshake));
    assert_true(slice_is(handshake.sid, "a"));
    assert_false(handshake.may_upgrade);
    assert_int_equal(handshake.ping_interval_ms, 0);
    assert_int_equal(handshake.max_payload, 0);
    assert_true(eio_read_handshake(
        slice_of("{\"sid\":\"a\",\"upgrades\":[1,\"webtransport\"],"
                 "\"pingInterval\":99999999999,\"maxPayload\":99999999999}"),
        &handshake));
    assert_false(handshake.may_upgrade);
    assert_int_equal(handshake.ping_interval_ms, INT_MAX);
    assert_int_equal(handshake.max_payload, UINT32_MAX);
}

static void a_handshake_has_an_id_and_numbers(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "x",
        "[]",
        "\"sid\"",
        "{}",
        "{\"sid\":1}",
        "{\"sid\":\"\"}",
        "{\"sid\":\"a\\u0062\"}",
        "{\"sid\":\"a\"} x",
        "{\"sid\":\"a\",\"pingInterval\":\"1\"}",
        "{\"sid\":\"a\",\"pingTimeout\":-1}",
        "{\"sid\":\"a\",\"maxPayload\":1.5}",
        "{\"sid\":\"a\",\"maxPayload\":null}",
    };
    assert_true(reads("{\"sid\":\"a\",\"upgrades\":7}"));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (reads(bad[i]))
            fail_msg("this is no handshake: %s", bad[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_payload_of_the_specification_is_four_packets),
        cmocka_unit_test(a_packet_of_its_own_is_a_payload),
        cmocka_unit_test(every_type_of_the_specification_is_known),
        cmocka_unit_test(a_binary_message_of_websocket_has_no_type),
        cmocka_unit_test(a_text_message_of_websocket_is_one_packet),
        cmocka_unit_test(a_payload_that_is_cut_is_its_beginning_or_bad),
        cmocka_unit_test(an_empty_packet_is_bad),
        cmocka_unit_test(a_type_that_there_is_not_is_bad),
        cmocka_unit_test(base64_that_no_encoder_writes_is_bad),
        cmocka_unit_test(packets_are_appended_with_separators),
        cmocka_unit_test(a_packet_takes_the_size_that_is_told),
        cmocka_unit_test(what_one_end_appends_the_other_takes),
        cmocka_unit_test(the_handshake_is_written_as_the_specification_has_it),
        cmocka_unit_test(a_handshake_is_read_as_it_was_written),
        cmocka_unit_test(what_is_not_needed_may_be_missing),
        cmocka_unit_test(a_handshake_has_an_id_and_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
