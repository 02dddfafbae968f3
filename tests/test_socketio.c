/* socket.io-protocol, revision 5. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/socketio.h"

/* ------------------------------------------------------------- reading */

/* A decoder, and the messages that went into it one after the other. */
struct reader {
    struct sio_decoder decoder;
    struct sio_packet packet;
    enum sio_result result; /* of the last one */
    const char *why;
};

static void read_text(struct reader *reader, const char *text)
{
    reader->result = sio_decode(&reader->decoder, slice_of(text), false,
                                &reader->packet, &reader->why);
}

static void read_binary(struct reader *reader, const char *bytes, size_t size)
{
    reader->result = sio_decode(&reader->decoder, (struct slice){bytes, size},
                                true, &reader->packet, &reader->why);
}

static void reader_free(struct reader *reader)
{
    sio_decoder_free(&reader->decoder);
}

static void assert_slice(struct slice slice, const char *text)
{
    assert_int_equal(slice.size, strlen(text));
    if (slice.size > 0)
        assert_memory_equal(slice.data, text, slice.size);
}

/* The packet as one text, type by its name: "EVENT /chat 17 "hello" 1,2". What
 * is not there is left out. */
static struct buf described(const struct sio_packet *packet)
{
    static const char *const names[] = {
        "CONNECT", "DISCONNECT", "EVENT", "ACK", "CONNECT_ERROR",
    };
    struct buf text = {0};
    struct slice parts[] = {packet->event, packet->args.json, packet->data};
    bool has_data = packet->type != SIO_EVENT && packet->type != SIO_ACK;
    buf_printf(&text, "%s %.*s", names[packet->type],
               (int)packet->namespace.size, packet->namespace.data);
    if (packet->has_id)
        buf_printf(&text, " %llu", (unsigned long long)packet->id);
    for (size_t i = has_data ? 2 : 0; i < (has_data ? 3 : 2); i++) {
        buf_append_text(&text, parts[i].size > 0 ? " " : "");
        buf_append_slice(&text, parts[i]);
    }
    return text;
}

static void assert_is(const struct sio_packet *packet, const char *description)
{
    struct buf text = described(packet);
    assert_slice(buf_slice(&text), description);
    buf_free(&text);
}

/* A text that is a packet by itself. */
static void assert_packet(const char *text, const char *description)
{
    struct reader reader = {0};
    read_text(&reader, text);
    assert_int_equal(reader.result, SIO_PACKET);
    assert_is(&reader.packet, description);
    reader_free(&reader);
}

static void assert_bad(const char *text, const char *why)
{
    struct reader reader = {0};
    read_text(&reader, text);
    assert_int_equal(reader.result, SIO_BAD);
    assert_string_equal(reader.why, why);
    reader_free(&reader);
}

/* "Packet encoding", "Format", with its examples. */
static void the_packets_of_the_specification_are_read(void **state)
{
    (void)state;
    assert_packet("0", "CONNECT /");
    assert_packet("0/admin,{\"sid\":\"oSO0OpakMV_3jnilAAAA\"}",
                  "CONNECT /admin {\"sid\":\"oSO0OpakMV_3jnilAAAA\"}");
    assert_packet("0{\"token\":\"123\"}", "CONNECT / {\"token\":\"123\"}");
    assert_packet("4{\"message\":\"Not authorized\"}",
                  "CONNECT_ERROR / {\"message\":\"Not authorized\"}");
    assert_packet("2[\"foo\"]", "EVENT / \"foo\"");
    assert_packet("2/admin,[\"bar\"]", "EVENT /admin \"bar\"");
    assert_packet("212[\"foo\"]", "EVENT / 12 \"foo\"");
    assert_packet("3/admin,13[\"bar\"]", "ACK /admin 13 \"bar\"");
    assert_packet("1/admin,", "DISCONNECT /admin");
}

static void a_comma_behind_the_namespace_may_be_missing(void **state)
{
    (void)state;
    assert_packet("0/custom", "CONNECT /custom");
    assert_packet("0/custom,", "CONNECT /custom");
    assert_packet("1/custom", "DISCONNECT /custom");
    assert_packet("1", "DISCONNECT /");
    assert_packet("2/,[\"a\"]", "EVENT / \"a\"");
}

static void arguments_stay_as_they_were_written(void **state)
{
    (void)state;
    assert_packet("2[\"a\",1.50,-0,1e400,{\"b\":[ ]},\"\\u00e9\"]",
                  "EVENT / \"a\" 1.50,-0,1e400,{\"b\":[ ]},\"\\u00e9\"");
    assert_packet("2 [ \"a\" , 1 , 2 ] ", "EVENT / \"a\" 1 , 2");
    assert_packet("37[]", "ACK / 7");
    assert_packet("37[[],{}]", "ACK / 7 [],{}");
}

static void the_name_of_an_event_may_be_a_number(void **state)
{
    (void)state;
    assert_packet("2[1,2]", "EVENT / 1 2");
    assert_packet("2[\"\"]", "EVENT / \"\"");
    assert_bad("2[null]", "invalid payload");
    assert_bad("2[{\"a\":1}]", "invalid payload");
    assert_bad("2[[\"a\"]]", "invalid payload");
    assert_bad("2[true,1]", "invalid payload");
}

static void a_number_before_a_connect_means_nothing(void **state)
{
    (void)state;
    assert_packet("017{}", "CONNECT / {}");
    assert_packet("1/a,17", "DISCONNECT /a");
}

static void an_acknowledgement_without_a_number_is_of_nothing(void **state)
{
    (void)state;
    assert_packet("3[1]", "ACK / 1");
}

static void an_id_has_64_bits(void **state)
{
    (void)state;
    assert_packet("21844674407370955160[\"a\"]",
                  "EVENT / 1844674407370955160 \"a\"");
    assert_packet("2007[\"a\"]", "EVENT / 7 \"a\"");
    assert_bad("299999999999999999999[\"a\"]", "illegal acknowledgement id");
}

static void what_has_no_known_type_is_bad(void **state)
{
    (void)state;
    assert_bad("", "unknown packet type");
    assert_bad("7", "unknown packet type");
    assert_bad("a[\"b\"]", "unknown packet type");
    assert_bad("-1", "unknown packet type");
    assert_bad(" 2[\"a\"]", "unknown packet type");
}

static void a_payload_is_of_the_kind_that_its_type_has(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "0[]",         "0\"a\"", "01,2",       "0null",        "1{}",
        "1[]",         "1\"a\"", "2",          "2/a,",         "2{}",
        "2[]",         "2\"a\"", "2[\"a\"",    "2[\"a\"]x",    "2[\"a",
        "2[\"a\",]",   "3",      "37",         "37{}",         "37\"a\"",
        "4[]",         "41.5",   "4null",      "2abc[\"a\"]",  "0{",
        "0{\"a\":1}}", "2[,1]",  "2[\"a\" 1]", "217.5[\"a\"]",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_bad(bad[i], "invalid payload");
    assert_packet("4\"no\"", "CONNECT_ERROR / \"no\"");
}

static void reserved_events_are_bad_however_they_are_written(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "2[\"connect\"]",       "2[\"connect_error\"]",
        "2[\"disconnect\",1]",  "2/a,1[\"disconnecting\"]",
        "2[\"newListener\"]",   "2[\"removeListener\"]",
        "2[\"\\u0063onnect\"]", "2[ \"connect\" ]",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_bad(bad[i], "invalid payload");
    assert_packet("2[\"connection\"]", "EVENT / \"connection\"");
    assert_packet("31[\"connect\"]", "ACK / 1 \"connect\"");
}

static void a_payload_lies_only_so_deep(void **state)
{
    (void)state;
    struct buf text = {0};
    struct reader reader = {0};
    buf_append_text(&text, "2[\"a\",");
    for (int i = 0; i < 100000; i++)
        buf_append_text(&text, "[");
    reader.result = sio_decode(&reader.decoder, buf_slice(&text), false,
                               &reader.packet, &reader.why);
    assert_int_equal(reader.result, SIO_BAD);
    buf_free(&text);
    reader_free(&reader);
}

/* A message that is cut is bad or another packet, but never read beyond. */
static void a_text_may_be_cut_anywhere(void **state)
{
    (void)state;
    static const char text[] = "2/chat,17[\"hello\",1,\"two\",{\"three\":[4]}]";
    for (size_t size = 0; size < sizeof text; size++) {
        struct reader reader = {0};
        char *copy = malloc(size + 1);
        memcpy(copy, text, size);
        reader.result = sio_decode(&reader.decoder, (struct slice){copy, size},
                                   false, &reader.packet, &reader.why);
        assert_int_equal(reader.result,
                         size == sizeof text - 1 ? SIO_PACKET : SIO_BAD);
        reader_free(&reader);
        free(copy);
    }
}

static void a_packet_without_attachments_allocates_nothing(void **state)
{
    (void)state;
    static const char text[] = "2/chat,17[\"hello\",1]";
    struct reader reader = {0};
    read_text(&reader, text);
    assert_null(reader.decoder.text.data);
    assert_null(reader.decoder.data.data);
    assert_ptr_equal(reader.packet.namespace.data, text + 1);
    assert_ptr_equal(reader.packet.event.data, text + 10);
    assert_ptr_equal(reader.packet.args.json.data, text + 18);
}

/* --------------------------------------------------------- attachments */

/* "Packet encoding": the example of a BINARY_EVENT. */
static void the_attachments_of_the_specification_are_read(void **state)
{
    (void)state;
    struct reader reader = {0};
    struct slice json, value, buffer;
    read_text(&reader, "51-[\"baz\",{\"_placeholder\":true,\"num\":0}]");
    assert_int_equal(reader.result, SIO_NEED_MORE);
    read_binary(&reader, "\x01\x02\x03\x04", 4);
    assert_int_equal(reader.result, SIO_PACKET);
    assert_is(&reader.packet,
              "EVENT / \"baz\" {\"_placeholder\":true,\"num\":0}");
    json = reader.packet.args.json;
    assert_true(sio_next_arg(&json, &value));
    assert_true(sio_buffer_of(value, &reader.packet.args, &buffer));
    assert_slice(buffer, "\x01\x02\x03\x04");
    assert_false(sio_next_arg(&json, &value));
    reader_free(&reader);
}

static void attachments_may_be_in_any_order_and_depth(void **state)
{
    (void)state;
    struct reader reader = {0};
    read_text(&reader, "62-/chat,7[{\"a\":[{\"num\":1,\"_placeholder\":true}]},"
                       "{\"_placeholder\":true,\"num\":0}]");
    read_binary(&reader, "one", 3);
    assert_int_equal(reader.result, SIO_NEED_MORE);
    read_binary(&reader, "", 0);
    assert_int_equal(reader.result, SIO_PACKET);
    assert_int_equal(reader.packet.type, SIO_ACK);
    assert_int_equal(reader.packet.id, 7);
    assert_int_equal(reader.packet.args.buffer_count, 2);
    assert_slice(reader.packet.args.buffers[0], "one");
    assert_slice(reader.packet.args.buffers[1], "");
    reader_free(&reader);
}

static void a_packet_follows_one_with_attachments(void **state)
{
    (void)state;
    struct reader reader = {0};
    for (int i = 0; i < 3; i++) {
        read_text(&reader, "51-[\"a\",{\"_placeholder\":true,\"num\":0}]");
        assert_int_equal(reader.result, SIO_NEED_MORE);
        read_binary(&reader, "x", 1);
        assert_int_equal(reader.result, SIO_PACKET);
    }
    read_text(&reader, "2[\"b\"]");
    assert_is(&reader.packet, "EVENT / \"b\"");
    assert_int_equal(reader.packet.args.buffer_count, 0);
    reader_free(&reader);
}

static void text_and_binary_come_when_they_are_due(void **state)
{
    (void)state;
    struct reader reader = {0};
    read_binary(&reader, "x", 1);
    assert_int_equal(reader.result, SIO_BAD);
    read_text(&reader, "51-[\"a\",{\"_placeholder\":true,\"num\":0}]");
    read_text(&reader, "2[\"b\"]");
    assert_int_equal(reader.result, SIO_BAD);
    reader_free(&reader);
}

static void there_are_one_to_ten_attachments(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "5[\"a\"]",     "5-[\"a\"]",           "50-[\"a\"]",  "511-[\"a\"]",
        "51[\"a\"]",    "5x-[\"a\"]",          "5-1-[\"a\"]", "51",
        "51.5-[\"a\"]", "54294967297-[\"a\"]", "6/a,1[]",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_bad(bad[i], "illegal number of attachments");
    struct reader reader = {0};
    read_text(&reader, "510-[\"a\"]");
    for (int i = 0; i < 10; i++) {
        assert_int_equal(reader.result, SIO_NEED_MORE);
        read_binary(&reader, "x", 1);
    }
    assert_int_equal(reader.result, SIO_PACKET);
    reader_free(&reader);
}

static enum sio_result result_with_one_attachment(const char *text)
{
    struct reader reader = {0};
    read_text(&reader, text);
    assert_int_equal(reader.result, SIO_NEED_MORE);
    read_binary(&reader, "x", 1);
    reader_free(&reader);
    return reader.result;
}

static void a_placeholder_stands_for_a_buffer_that_there_is(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "51-[\"a\",{\"_placeholder\":true,\"num\":1}]",
        "51-[\"a\",{\"_placeholder\":true,\"num\":-1}]",
        "51-[\"a\",{\"_placeholder\":true,\"num\":\"splice\"}]",
        "51-[\"a\",{\"_placeholder\":true}]",
        "51-[\"a\",{\"_placeholder\":true,\"num\":[0]}]",
        "51-[\"a\",{\"num\":0,\"_placeholder\":true,\"num\":7}]",
        "51-[\"a\",[[{\"b\":{\"_placeholder\" : true , \"num\" : 1 }}]]]",
        "51-[\"a\",{\"\\u005fplaceholder\":true,\"num\":1}]",
        "61-1[{\"_placeholder\":true,\"num\":99999999999999999999}]",
    };
    static const char *const good[] = {
        "51-[\"a\"]",
        "51-[\"a\",{\"_placeholder\":false,\"num\":9}]",
        "51-[\"a\",{\"_placeholder\":[true],\"num\":9}]",
        "51-[\"a\",\"_placeholder\",true,{\"x\":\"_placeholder\"}]",
        "51-[\"a\",{\"_placeholder\":true,\"num\":0,\"x\":{\"num\":5}}]",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(result_with_one_attachment(bad[i]), SIO_BAD);
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_int_equal(result_with_one_attachment(good[i]), SIO_PACKET);
}

static void attachments_are_bounded_together(void **state)
{
    (void)state;
    struct reader reader = {0};
    char *bytes = calloc(1, SIO_BUFFERS_MAX);
    read_text(&reader, "52-[\"a\"]");
    read_binary(&reader, bytes, SIO_BUFFERS_MAX);
    assert_int_equal(reader.result, SIO_NEED_MORE);
    read_binary(&reader, bytes, 1);
    assert_int_equal(reader.result, SIO_BAD);
    free(bytes);
    reader_free(&reader);
}

static void a_placeholder_without_buffers_is_an_object(void **state)
{
    (void)state;
    struct slice buffer;
    struct sio_args args = {.json =
                                slice_of("{\"_placeholder\":true,\"num\":0}")};
    assert_false(sio_buffer_of(args.json, &args, &buffer));
    args.buffers = &args.json;
    args.buffer_count = 1;
    assert_true(sio_buffer_of(args.json, &args, &buffer));
    assert_false(sio_buffer_of(slice_of("[]"), &args, &buffer));
    assert_false(sio_buffer_of(slice_of("{\"num\":0}"), &args, &buffer));
}

/* ------------------------------------------------------------- writing */

static void assert_written(const struct sio_packet *packet, const char *text)
{
    struct buf out = {0};
    sio_append_packet(&out, packet);
    assert_slice(buf_slice(&out), text);
    buf_free(&out);
}

static void packets_are_written_as_the_specification_has_them(void **state)
{
    (void)state;
    struct slice root = slice_of("/"), admin = slice_of("/admin");
    assert_written(&(struct sio_packet){.type = SIO_CONNECT, .namespace = root},
                   "0");
    assert_written(&(struct sio_packet){.type = SIO_CONNECT,
                                        .namespace = admin,
                                        .data = slice_of("{\"sid\":\"x\"}")},
                   "0/admin,{\"sid\":\"x\"}");
    assert_written(
        &(struct sio_packet){.type = SIO_DISCONNECT, .namespace = admin},
        "1/admin,");
    assert_written(&(struct sio_packet){.type = SIO_ACK,
                                        .namespace = admin,
                                        .has_id = true,
                                        .id = 13,
                                        .args = {.json = slice_of("\"bar\"")}},
                   "3/admin,13[\"bar\"]");
    assert_written(&(struct sio_packet){.type = SIO_ACK,
                                        .namespace = root,
                                        .has_id = true},
                   "30[]");
}

static void an_event_is_written_with_the_text_of_its_name(void **state)
{
    (void)state;
    struct buf out = {0};
    uint64_t id = 12;
    sio_append_event(&out, slice_of("/"), NULL, "say \"hi\"",
                     (struct sio_args){0});
    assert_slice(buf_slice(&out), "2[\"say \\\"hi\\\"\"]");
    buf_free(&out);
    sio_append_event(&out, slice_of("/chat"), &id, "foo",
                     (struct sio_args){.json = slice_of("1,2")});
    assert_slice(buf_slice(&out), "2/chat,12[\"foo\",1,2]");
    buf_free(&out);
}

static void what_is_written_is_read(void **state)
{
    (void)state;
    struct slice buffers[] = {{"\0", 1}, {"bytes", 5}};
    struct buf json = {0}, out = {0}, again = {0};
    struct reader reader = {0};
    sio_add_buffer(&json, 1);
    sio_add_text(&json, slice_of("t\"wo"));
    sio_add_number(&json, INT64_MIN);
    sio_add_json(&json, slice_of("{\"a\":null}"));
    sio_add_buffer(&json, 0);
    uint64_t id = UINT32_MAX;
    sio_append_event(&out, slice_of("/chat"), &id, "data",
                     (struct sio_args){buf_slice(&json), buffers, 2});
    buf_append(&out, "", 1);
    read_text(&reader, (char *)buf_head(&out));
    read_binary(&reader, buffers[0].data, buffers[0].size);
    read_binary(&reader, buffers[1].data, buffers[1].size);
    assert_int_equal(reader.result, SIO_PACKET);
    assert_slice(reader.packet.args.buffers[1], "bytes");
    sio_append_packet(&again, &reader.packet);
    assert_slice(buf_slice(&again), (char *)buf_head(&out));
    reader_free(&reader);
    buf_free(&json);
    buf_free(&out);
    buf_free(&again);
}

static void arguments_are_taken_one_by_one(void **state)
{
    (void)state;
    struct slice json = slice_of(" 1 , [2,3],\"a,b\" "), value;
    assert_true(sio_next_arg(&json, &value));
    assert_slice(value, "1");
    assert_true(sio_next_arg(&json, &value));
    assert_slice(value, "[2,3]");
    assert_true(sio_next_arg(&json, &value));
    assert_slice(value, "\"a,b\"");
    assert_false(sio_next_arg(&json, &value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_packets_of_the_specification_are_read),
        cmocka_unit_test(a_comma_behind_the_namespace_may_be_missing),
        cmocka_unit_test(arguments_stay_as_they_were_written),
        cmocka_unit_test(the_name_of_an_event_may_be_a_number),
        cmocka_unit_test(a_number_before_a_connect_means_nothing),
        cmocka_unit_test(an_acknowledgement_without_a_number_is_of_nothing),
        cmocka_unit_test(an_id_has_64_bits),
        cmocka_unit_test(what_has_no_known_type_is_bad),
        cmocka_unit_test(a_payload_is_of_the_kind_that_its_type_has),
        cmocka_unit_test(reserved_events_are_bad_however_they_are_written),
        cmocka_unit_test(a_payload_lies_only_so_deep),
        cmocka_unit_test(a_text_may_be_cut_anywhere),
        cmocka_unit_test(a_packet_without_attachments_allocates_nothing),
        cmocka_unit_test(the_attachments_of_the_specification_are_read),
        cmocka_unit_test(attachments_may_be_in_any_order_and_depth),
        cmocka_unit_test(a_packet_follows_one_with_attachments),
        cmocka_unit_test(text_and_binary_come_when_they_are_due),
        cmocka_unit_test(there_are_one_to_ten_attachments),
        cmocka_unit_test(a_placeholder_stands_for_a_buffer_that_there_is),
        cmocka_unit_test(attachments_are_bounded_together),
        cmocka_unit_test(a_placeholder_without_buffers_is_an_object),
        cmocka_unit_test(packets_are_written_as_the_specification_has_them),
        cmocka_unit_test(an_event_is_written_with_the_text_of_its_name),
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(arguments_are_taken_one_by_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
