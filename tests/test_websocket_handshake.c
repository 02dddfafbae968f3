#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/websocket_handshake.h"

/* The handshake of 1.2 and 1.3. */
static const char rfc_key[] = "dGhlIHNhbXBsZSBub25jZQ==";
static const char rfc_accept[] = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
static const char *const chats[] = {"chat", "superchat", NULL};

static struct ws_request rfc_request(void)
{
    return (struct ws_request){
        .method = slice_of("GET"),
        .minor_version = 1,
        .upgrade = slice_of("websocket"),
        .connection = slice_of("Upgrade"),
        .key = slice_of(rfc_key),
        .version = slice_of("13"),
        .protocols = slice_of("chat, superchat"),
    };
}

static struct ws_response rfc_response(void)
{
    return (struct ws_response){
        .status = 101,
        .upgrade = slice_of("websocket"),
        .connection = slice_of("Upgrade"),
        .accept = slice_of(rfc_accept),
        .protocol = slice_of("chat"),
    };
}

static void assert_accepted(struct ws_request request, const char *protocol)
{
    struct ws_verdict verdict = ws_judge_request(&request, chats);
    assert_int_equal(verdict.status, 101);
    assert_null(verdict.reason);
    if (protocol == NULL)
        assert_null(verdict.protocol);
    else
        assert_string_equal(verdict.protocol, protocol);
}

static void assert_refused(struct ws_request request, int status,
                           const char *reason)
{
    struct ws_verdict verdict = ws_judge_request(&request, chats);
    assert_int_equal(verdict.status, status);
    assert_string_equal(verdict.reason, reason);
}

static const char *judge(struct ws_response response)
{
    return ws_judge_response(&response, rfc_key, chats);
}

static void assert_wrong(struct ws_response response, const char *reason)
{
    assert_non_null(judge(response));
    assert_string_equal(judge(response), reason);
}

static void assert_written(struct buf *out, const char *text)
{
    assert_int_equal(buf_size(out), strlen(text));
    if (buf_size(out) > 0)
        assert_memory_equal(buf_head(out), text, strlen(text));
    buf_free(out);
}

/* --------------------------------------------------- the RFC's own bytes */

static void the_key_of_the_rfc_has_its_accept(void **state)
{
    (void)state;
    char accept[WS_ACCEPT_SIZE];
    ws_accept_key(slice_of(rfc_key), accept);
    assert_string_equal(accept, rfc_accept);
}

static void the_nonce_of_the_rfc_has_its_key(void **state)
{
    (void)state;
    static const uint8_t nonce[] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06,
                                    0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c,
                                    0x0d, 0x0e, 0x0f, 0x10};
    char key[WS_KEY_SIZE];
    ws_make_key(nonce, key);
    assert_string_equal(key, "AQIDBAUGBwgJCgsMDQ4PEA=="); /* 4.1 */
    ws_make_key((const uint8_t *)"the sample nonce", key);
    assert_string_equal(key, rfc_key); /* 1.3 */
}

static void the_request_of_the_rfc_is_accepted(void **state)
{
    (void)state;
    assert_accepted(rfc_request(), "chat");
}

static void the_response_of_the_rfc_is_right(void **state)
{
    (void)state;
    assert_null(judge(rfc_response()));
}

static void the_fields_of_the_rfc_are_written(void **state)
{
    (void)state;
    struct buf out = {0};
    ws_append_request_fields(&out, rfc_key, chats);
    assert_written(&out, "Upgrade: websocket\r\n"
                         "Connection: Upgrade\r\n"
                         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                         "Sec-WebSocket-Version: 13\r\n"
                         "Sec-WebSocket-Protocol: chat, superchat\r\n");
    ws_append_accept_fields(&out, slice_of(rfc_key), "chat");
    assert_written(&out,
                   "Upgrade: websocket\r\n"
                   "Connection: Upgrade\r\n"
                   "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
                   "Sec-WebSocket-Protocol: chat\r\n");
}

static void without_subprotocols_there_is_no_field_for_them(void **state)
{
    (void)state;
    static const char *const none[] = {NULL};
    struct buf out = {0}, same = {0};
    ws_append_request_fields(&out, rfc_key, NULL);
    ws_append_request_fields(&same, rfc_key, none);
    assert_written(&out, "Upgrade: websocket\r\n"
                         "Connection: Upgrade\r\n"
                         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                         "Sec-WebSocket-Version: 13\r\n");
    buf_free(&same);
    ws_append_accept_fields(&out, slice_of(rfc_key), NULL);
    assert_written(&out,
                   "Upgrade: websocket\r\n"
                   "Connection: Upgrade\r\n"
                   "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n");
}

/* ----------------------------------------------------------- round trip */

/* The value of a field among those that were written. */
static struct slice value_of(struct buf *fields, const char *name)
{
    buf_append(fields, "", 1);
    const char *at = strstr((char *)buf_head(fields), name);
    fields->tail--;
    if (at == NULL)
        return (struct slice){NULL, 0};
    at += strlen(name) + strlen(": ");
    return (struct slice){at, strcspn(at, "\r")};
}

static void both_ends_agree(void **state)
{
    (void)state;
    struct buf out = {0}, in = {0};
    char key[WS_KEY_SIZE];
    ws_make_key((const uint8_t *)"sixteen bytes...", key);
    ws_append_request_fields(&out, key, chats);
    struct ws_request request = {
        .method = slice_of("GET"),
        .minor_version = 1,
        .upgrade = value_of(&out, "Upgrade"),
        .connection = value_of(&out, "Connection"),
        .key = value_of(&out, "Sec-WebSocket-Key"),
        .version = value_of(&out, "Sec-WebSocket-Version"),
        .protocols = value_of(&out, "Sec-WebSocket-Protocol"),
    };
    struct ws_verdict verdict = ws_judge_request(&request, chats);
    assert_int_equal(verdict.status, 101);
    assert_string_equal(verdict.protocol, "chat");

    ws_append_accept_fields(&in, request.key, verdict.protocol);
    struct ws_response response = {
        .status = verdict.status,
        .upgrade = value_of(&in, "Upgrade"),
        .connection = value_of(&in, "Connection"),
        .accept = value_of(&in, "Sec-WebSocket-Accept"),
        .protocol = value_of(&in, "Sec-WebSocket-Protocol"),
    };
    assert_null(ws_judge_response(&response, key, chats));
    buf_free(&out);
    buf_free(&in);
}

/* ------------------------------------------- what a server judges (4.2.1) */

static void the_method_is_get(void **state)
{
    (void)state;
    struct ws_request request = rfc_request();
    request.method = slice_of("POST");
    assert_refused(request, 405, "the method is not GET");
    request.method = slice_of("get");
    assert_refused(request, 405, "the method is not GET");
}

static void the_version_of_http_is_1_1(void **state)
{
    (void)state;
    struct ws_request request = rfc_request();
    request.minor_version = 0;
    assert_refused(request, 400, "HTTP/1.0 cannot upgrade");
}

static void upgrade_lists_websocket_in_any_case(void **state)
{
    (void)state;
    struct ws_request request = rfc_request();
    request.upgrade = slice_of("h2c , WebSocket");
    assert_accepted(request, "chat");
    request.upgrade = slice_of("websockets");
    assert_refused(request, 426, "Upgrade does not name websocket");
    request.upgrade = (struct slice){NULL, 0};
    assert_refused(request, 426, "Upgrade does not name websocket");
}

static void connection_lists_upgrade_in_any_case(void **state)
{
    (void)state;
    struct ws_request request = rfc_request();
    request.connection = slice_of("keep-alive, UPGRADE");
    assert_accepted(request, "chat");
    request.connection = slice_of("keep-alive");
    assert_refused(request, 426, "Connection does not name Upgrade");
    request.connection = (struct slice){NULL, 0};
    assert_refused(request, 426, "Connection does not name Upgrade");
}

static void the_version_of_websocket_is_13(void **state)
{
    (void)state;
    static const char *const others[] = {"", "8", "013", "13, 13", "130"};
    struct ws_request request = rfc_request();
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        request.version = slice_of(others[i]);
        assert_refused(request, 426, "Sec-WebSocket-Version is not 13");
    }
    request.version = (struct slice){NULL, 0};
    assert_refused(request, 426, "Sec-WebSocket-Version is not 13");
}

static void the_key_is_16_bytes_in_base64(void **state)
{
    (void)state;
    static const char *const others[] = {
        "",                                                 /* nothing */
        "dGhlIHNhbXBsZSBub25j",                             /* 15 bytes */
        "dGhlIHNhbXBsZSBub25jZSE=",                         /* 17 bytes */
        "dGhlIHNhbXBsZSBub25jZSEh",                         /* 18 bytes */
        "dGhlIHNhbXBsZSBub25jZSEhdGhlIHNhbXBsZSBub25jZSEh", /* 36 bytes */
        "dGhlIHNhbXBsZSBub25jZQ",                           /* no padding */
        "dGhlIHNhbXBsZSBub25jZR==",                         /* a bit too many */
        "dGhl_HNhbXBsZSBub25jZQ==", /* another alphabet */
        "dGhlIHNhbXBsZSBub25jZQ==, dGhlIHNhbXBsZSBub25jZQ==", /* twice */
    };
    struct ws_request request = rfc_request();
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        request.key = slice_of(others[i]);
        assert_refused(request, 400,
                       "Sec-WebSocket-Key is not 16 bytes in base64");
    }
    request.key = (struct slice){NULL, 0};
    assert_refused(request, 400, "Sec-WebSocket-Key is not 16 bytes in base64");
}

static void the_first_subprotocol_that_both_speak_is_chosen(void **state)
{
    (void)state;
    struct ws_request request = rfc_request();
    request.protocols = slice_of("mqtt,superchat ,\tchat");
    assert_accepted(request, "superchat");
    request.protocols = slice_of("mqtt");
    assert_accepted(request, NULL);
    request.protocols = slice_of("CHAT");
    assert_accepted(request, NULL);
    request.protocols = (struct slice){NULL, 0};
    assert_accepted(request, NULL);

    request.protocols = slice_of("chat");
    assert_null(ws_judge_request(&request, NULL).protocol);
    assert_int_equal(ws_judge_request(&request, NULL).status, 101);
}

static void subprotocols_are_a_list_of_tokens(void **state)
{
    (void)state;
    static const char *const others[] = {"",          ", ,",       "a b",
                                         "chat, (x)", "chat; q=1", "\"chat\""};
    struct ws_request request = rfc_request();
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        request.protocols = slice_of(others[i]);
        assert_refused(request, 400,
                       "Sec-WebSocket-Protocol is not a list of tokens");
    }
}

static void extensions_are_parsed_though_none_is_used(void **state)
{
    (void)state;
    static const char *const right[] = {
        "permessage-deflate", "permessage-deflate; client_max_window_bits",
        "a;b=c , d; e = \"f\";g", "foo, , bar"};
    struct ws_request request = rfc_request();
    for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
        request.extensions = slice_of(right[i]);
        assert_accepted(request, "chat");
    }
}

static void extensions_that_cannot_be_parsed_fail(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",       ";",        "a;",
                                        "a b",    "a;b=",     "a;=b",
                                        "a;b=\"", "a;b=\"\"", "a;b=\"c,d\"",
                                        "a=b"};
    struct ws_request request = rfc_request();
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        request.extensions = slice_of(wrong[i]);
        assert_refused(request, 400,
                       "Sec-WebSocket-Extensions cannot be parsed"); /* 9.1 */
    }
}

static void a_refusal_says_what_would_be_right(void **state)
{
    (void)state;
    struct buf out = {0};
    ws_append_refusal_fields(&out, 400);
    assert_written(&out, "");
    ws_append_refusal_fields(&out, 405);
    assert_written(&out, "Allow: GET\r\n");
    ws_append_refusal_fields(&out, 426);
    assert_written(&out, "Upgrade: websocket\r\n"
                         "Connection: Upgrade\r\n"
                         "Sec-WebSocket-Version: 13\r\n"); /* 4.4 */
}

/* --------------------------------------------- what a client judges (4.1) */

static void the_status_is_101(void **state)
{
    (void)state;
    struct ws_response response = rfc_response();
    response.status = 200;
    assert_wrong(response, "the status is not 101");
}

static void the_upgrade_is_to_websocket(void **state)
{
    (void)state;
    struct ws_response response = rfc_response();
    response.upgrade = slice_of("WebSocket");
    assert_null(judge(response));
    response.upgrade = slice_of("h2c");
    assert_wrong(response, "Upgrade is not websocket");
    response.upgrade = (struct slice){NULL, 0};
    assert_wrong(response, "Upgrade is not websocket");
}

static void the_connection_is_upgraded(void **state)
{
    (void)state;
    struct ws_response response = rfc_response();
    response.connection = slice_of("upgrade");
    assert_null(judge(response));
    response.connection = slice_of("close");
    assert_wrong(response, "Connection does not name Upgrade");
    response.connection = (struct slice){NULL, 0};
    assert_wrong(response, "Connection does not name Upgrade");
}

static void the_accept_belongs_to_the_key(void **state)
{
    (void)state;
    static const char *const others[] = {
        "", "S3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo",
        "dGhlIHNhbXBsZSBub25jZQ=="};
    struct ws_response response = rfc_response();
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        response.accept = slice_of(others[i]);
        assert_wrong(response,
                     "Sec-WebSocket-Accept does not belong to our key");
    }
}

static void an_extension_that_was_not_offered_is_refused(void **state)
{
    (void)state;
    struct ws_response response = rfc_response();
    response.extensions = slice_of("permessage-deflate");
    assert_wrong(response,
                 "Sec-WebSocket-Extensions names one that was not offered");
}

static void a_subprotocol_that_was_not_offered_is_refused(void **state)
{
    (void)state;
    static const char *const others[] = {"", "mqtt", "CHAT", "chat, superchat"};
    struct ws_response response = rfc_response();
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        response.protocol = slice_of(others[i]);
        assert_wrong(response,
                     "Sec-WebSocket-Protocol is not one that was offered");
    }
    response.protocol = slice_of("superchat");
    assert_null(judge(response));
    assert_non_null(ws_judge_response(&response, rfc_key, NULL));
}

static void a_response_without_subprotocol_is_right(void **state)
{
    (void)state;
    struct ws_response response = rfc_response();
    response.protocol = (struct slice){NULL, 0};
    assert_null(judge(response));
    assert_null(ws_judge_response(&response, rfc_key, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_key_of_the_rfc_has_its_accept),
        cmocka_unit_test(the_nonce_of_the_rfc_has_its_key),
        cmocka_unit_test(the_request_of_the_rfc_is_accepted),
        cmocka_unit_test(the_response_of_the_rfc_is_right),
        cmocka_unit_test(the_fields_of_the_rfc_are_written),
        cmocka_unit_test(without_subprotocols_there_is_no_field_for_them),
        cmocka_unit_test(both_ends_agree),
        cmocka_unit_test(the_method_is_get),
        cmocka_unit_test(the_version_of_http_is_1_1),
        cmocka_unit_test(upgrade_lists_websocket_in_any_case),
        cmocka_unit_test(connection_lists_upgrade_in_any_case),
        cmocka_unit_test(the_version_of_websocket_is_13),
        cmocka_unit_test(the_key_is_16_bytes_in_base64),
        cmocka_unit_test(the_first_subprotocol_that_both_speak_is_chosen),
        cmocka_unit_test(subprotocols_are_a_list_of_tokens),
        cmocka_unit_test(extensions_are_parsed_though_none_is_used),
        cmocka_unit_test(extensions_that_cannot_be_parsed_fail),
        cmocka_unit_test(a_refusal_says_what_would_be_right),
        cmocka_unit_test(the_status_is_101),
        cmocka_unit_test(the_upgrade_is_to_websocket),
        cmocka_unit_test(the_connection_is_upgraded),
        cmocka_unit_test(the_accept_belongs_to_the_key),
        cmocka_unit_test(an_extension_that_was_not_offered_is_refused),
        cmocka_unit_test(a_subprotocol_that_was_not_offered_is_refused),
        cmocka_unit_test(a_response_without_subprotocol_is_right),
    };
    return cmocka_run_group_tests_name("websocket_handshake", tests, NULL,
                                       NULL);
}
