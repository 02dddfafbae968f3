/* Whatever the values of the fields are, the judges give an answer, and what
 * the server accepts its client accepts too. The lines of the input are the
 * values, in the order of struct ws_request; an empty line is a field that is
 * not there. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/websocket_handshake.h"

static const char *const chats[] = {"chat", "superchat", NULL};

static void must(bool condition)
{
    if (!condition)
        abort();
}

static struct slice next_line(struct slice *lines)
{
    struct slice line = *lines;
    const char *end = line.size ? memchr(line.data, '\n', line.size) : NULL;
    if (end != NULL)
        line.size = (size_t)(end - line.data);
    size_t taken = line.size + (end != NULL);
    if (taken > 0)
        *lines = (struct slice){lines->data + taken, lines->size - taken};
    return line.size > 0 ? line : (struct slice){NULL, 0};
}

static struct ws_request request_of(struct slice lines)
{
    struct ws_request request = {.minor_version = 1};
    request.method = next_line(&lines);
    request.upgrade = next_line(&lines);
    request.connection = next_line(&lines);
    request.key = next_line(&lines);
    request.version = next_line(&lines);
    request.protocols = next_line(&lines);
    request.extensions = next_line(&lines);
    return request;
}

static struct ws_response response_of(struct slice lines)
{
    struct ws_response response = {.status = 101};
    response.upgrade = next_line(&lines);
    response.connection = next_line(&lines);
    response.accept = next_line(&lines);
    response.protocol = next_line(&lines);
    response.extensions = next_line(&lines);
    return response;
}

/* The client reads what the server answers to a request that it accepted. */
static void must_agree(const struct ws_request *request, const char *protocol)
{
    char key[WS_KEY_SIZE] = "", accept[WS_ACCEPT_SIZE];
    must(request->key.size == WS_KEY_SIZE - 1);
    memcpy(key, request->key.data, WS_KEY_SIZE - 1);
    ws_accept_key(request->key, accept);
    struct ws_response response = {
        .status = 101,
        .upgrade = slice_of("websocket"),
        .connection = slice_of("Upgrade"),
        .accept = slice_of(accept),
    };
    if (protocol != NULL)
        response.protocol = slice_of(protocol);
    must(ws_judge_response(&response, key, chats) == NULL);

    struct buf out = {0};
    ws_append_accept_fields(&out, request->key, protocol);
    buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice lines = {(const char *)data, size};
    struct ws_request request = request_of(lines);
    struct ws_verdict verdict = ws_judge_request(&request, chats);
    must((verdict.status == 101) == (verdict.reason == NULL));
    if (verdict.status == 101)
        must_agree(&request, verdict.protocol);

    struct ws_response response = response_of(lines);
    const char *reason =
        ws_judge_response(&response, "dGhlIHNhbXBsZSBub25jZQ==", chats);
    must(reason != NULL || response.extensions.data == NULL);
    return 0;
}
