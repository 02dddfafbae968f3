#include "tests/conformance/http_play.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/conformance/settle.h"

enum {
    CUTS_ALL = 600,  /* bytes of a request that is cut everywhere, */
    CUTS_SOME = 16,  /* and into how many parts a larger one is */
    SLOW_MS = 40000, /* for a server that must lose its patience */
};

static const char probe[] = "GET /healthz HTTP/1.1\r\nHost: probe\r\n\r\n";

/* One way to play one case. */
struct play {
    const struct http_case *http_case;
    struct wire wire;
    struct wire *control;
    char head[4096]; /* of the last answer, ended by NUL */
    int status;
    int patience_ms;
    bool is_head; /* the next answer has no body whatever it says */
    struct verdict verdict;
};

/* How the request is cut up. */
struct cut {
    size_t at;   /* in two; 0: nowhere */
    bool is_all; /* in bytes */
};

/* -- Answers -- */

static bool need(struct play *play, size_t size, const char *wanted)
{
    enum wire_result result = wire_need(&play->wire, size, play->patience_ms);
    return result == WIRE_OK ||
           verdict_fail(&play->verdict, "expected %s, got %s", wanted,
                        wire_says(result));
}

/* Take bytes until the last of them are `end`. */
static bool take_until(struct play *play, const char *end, char *text,
                       size_t size)
{
    size_t end_size = strlen(end);
    for (size_t i = 0; i + 1 < size; i++) {
        if (!need(play, 1, i == 0 ? "an answer" : "the rest of it"))
            return false;
        text[i] = (char)*buf_head(&play->wire.in);
        text[i + 1] = '\0';
        buf_consume(&play->wire.in, 1);
        if (i + 1 >= end_size &&
            memcmp(text + i + 1 - end_size, end, end_size) == 0)
            return true;
    }
    return verdict_fail(&play->verdict, "a head or a line without an end");
}

static bool skip(struct play *play, size_t size)
{
    if (!need(play, size, "the body of the answer"))
        return false;
    buf_consume(&play->wire.in, size);
    return true;
}

static bool skip_chunks(struct play *play)
{
    char line[32];
    for (;;) {
        if (!take_until(play, "\r\n", line, sizeof line))
            return false;
        size_t size = strtoul(line, NULL, 16);
        if (!skip(play, size + 2)) /* and CRLF */
            return false;
        if (size == 0)
            return true;
    }
}

static const char *value_of(const struct play *play, const char *name)
{
    const char *line = strstr(play->head, name);
    return line == NULL ? NULL : line + strlen(name);
}

static bool skip_body(struct play *play)
{
    bool is_head = play->is_head;
    play->is_head = false;
    const char *length = value_of(play, "\r\nContent-Length: ");
    const char *coding = value_of(play, "\r\nTransfer-Encoding: chunked\r\n");
    if (play->status < 200 || play->status == 204) /* RFC 9110, 8.6 */
        return (length == NULL && coding == NULL) ||
               verdict_fail(&play->verdict, "%d with a length", play->status);
    if ((length == NULL) == (coding == NULL))
        return verdict_fail(&play->verdict, "the answer's end is not clear");
    if (is_head)
        return true;
    return coding ? skip_chunks(play) : skip(play, strtoul(length, NULL, 10));
}

/* Every answer: a status line with its blank behind the status (RFC 9112, 4),
 * and a Date (RFC 9110, 6.6.1). */
static bool read_answer(struct play *play)
{
    if (!take_until(play, "\r\n\r\n", play->head, sizeof play->head))
        return false;
    play->status = atoi(play->head + 9);
    if (strncmp(play->head, "HTTP/1.1 ", 9) != 0 || play->status < 100 ||
        play->head[12] != ' ')
        return verdict_fail(&play->verdict, "no status line: %.20s",
                            play->head);
    if (play->status >= 200 && value_of(play, "\r\nDate: ") == NULL)
        return verdict_fail(&play->verdict, "%d without Date", play->status);
    return skip_body(play);
}

/* Is the status one of "400|501", which ends at a blank? */
static bool is_among(int status, const char *wanted)
{
    for (;;) {
        char *end;
        if (strtol(wanted, &end, 10) == status)
            return true;
        if (*end != '|')
            return false;
        wanted = end + 1;
    }
}

static bool expect_answer(struct play *play, const char *wanted)
{
    if (!read_answer(play))
        return false;
    return is_among(play->status, wanted) ||
           verdict_fail(&play->verdict, "expected %.*s, got %d",
                        (int)strcspn(wanted, " "), wanted, play->status);
}

/* -- After the answers -- */

/* RFC 9112, 9.6: who closes says so, and is not heard of again. */
static bool expect_close(struct play *play)
{
    if (value_of(play, "\r\nConnection: close\r\n") == NULL)
        return verdict_fail(&play->verdict, "%d without Connection: close",
                            play->status);
    enum wire_result result = wire_need(&play->wire, 1, play->patience_ms);
    return result == WIRE_ENDED ||
           verdict_fail(&play->verdict, "expected the end, got %s",
                        wire_says(result));
}

static bool expect_stay(struct play *play)
{
    wire_send(&play->wire, probe, sizeof probe - 1);
    if (!read_answer(play))
        return false;
    return play->status == 200 ||
           verdict_fail(&play->verdict,
                        "the next request, which is good, got %d",
                        play->status);
}

static bool expect_lines(struct play *play)
{
    const struct http_case *http_case = play->http_case;
    if (http_case->has != NULL && strstr(play->head, http_case->has) == NULL)
        return verdict_fail(&play->verdict, "%d without %s", play->status,
                            http_case->has);
    if (http_case->lacks != NULL && strstr(play->head, http_case->lacks))
        return verdict_fail(&play->verdict, "%d with %s", play->status,
                            http_case->lacks);
    return true;
}

static bool expect_after(struct play *play)
{
    bool closes = value_of(play, "\r\nConnection: close\r\n") != NULL;
    if (!expect_lines(play))
        return false;
    switch (play->http_case->after) {
    case HTTP_STAYS: return expect_stay(play);
    case HTTP_CLOSES: return expect_close(play);
    case HTTP_EITHER: return closes ? expect_close(play) : expect_stay(play);
    case HTTP_WAITS: return expect_stay(play);
    case HTTP_IS_ANOTHER: break;
    }
    return true;
}

/* -- The play -- */

static struct buf request_of(const struct http_case *http_case)
{
    struct buf request = {0};
    buf_append(&request, http_case->bytes, http_case->size);
    for (size_t i = 0; i < http_case->fills; i++)
        buf_append_text(&request, http_case->fill);
    if (http_case->tail != NULL)
        buf_append_text(&request, http_case->tail);
    return request;
}

static void send_request(struct play *play, const struct buf *request,
                         struct cut cut)
{
    const uint8_t *bytes = buf_head(request);
    size_t size = buf_size(request);
    size_t piece = cut.is_all ? 1 : cut.at > 0 ? cut.at : size;
    for (size_t at = 0; at < size;) {
        wire_send(&play->wire, bytes + at, piece);
        at += piece;
        if (at < size)
            settle(play->control);
        piece = cut.is_all ? 1 : size - at;
    }
    if (play->http_case->breaks_off)
        wire_finish(&play->wire);
}

static bool expect_wait(struct play *play)
{
    return (settle(play->control) && wire_is_quiet(&play->wire, 0)) ||
           verdict_fail(&play->verdict, "an answer before the request's end");
}

static bool expect_all(struct play *play)
{
    const struct http_case *http_case = play->http_case;
    const char *wanted = http_case->answers;
    const char *then = http_case->then;
    if (http_case->after == HTTP_WAITS) {
        if (!expect_wait(play))
            return false;
        wire_send(&play->wire, then, strlen(then));
        then = NULL;
    }
    while (wanted != NULL) {
        if (!expect_answer(play, wanted))
            return false;
        wanted = strchr(wanted, ' ');
        wanted += wanted != NULL;
        if (then != NULL)
            wire_send(&play->wire, then, strlen(then));
        then = NULL;
    }
    return expect_after(play);
}

static struct verdict play_once(const struct http_case *http_case,
                                const struct buf *request, struct cut cut,
                                int port, struct wire *control)
{
    struct play play = {
        .http_case = http_case,
        .control = control,
        .patience_ms = http_case->is_slow ? SLOW_MS : WIRE_PATIENCE_MS,
        .is_head = http_case->is_head,
    };
    if (!wire_connect(&play.wire, port)) {
        verdict_fail(&play.verdict, "cannot connect: %s", strerror(errno));
        return play.verdict;
    }
    send_request(&play, request, cut);
    expect_all(&play);
    wire_close(&play.wire);
    return play.verdict;
}

static struct verdict play_cut(const struct http_case *http_case,
                               const struct buf *request, size_t at, int port,
                               struct wire *control)
{
    struct cut cut = {.at = at};
    struct verdict inner = play_once(http_case, request, cut, port, control);
    struct verdict verdict = {""};
    if (inner.why[0] != '\0')
        verdict_fail(&verdict, "cut at byte %zu: %.150s", at, inner.why);
    return verdict;
}

static struct verdict play_bytes(const struct http_case *http_case,
                                 const struct buf *request, int port,
                                 struct wire *control)
{
    struct cut cut = {.is_all = true};
    struct verdict inner = play_once(http_case, request, cut, port, control);
    struct verdict verdict = {""};
    if (inner.why[0] != '\0')
        verdict_fail(&verdict, "byte by byte: %.150s", inner.why);
    return verdict;
}

struct verdict http_play(const struct http_case *http_case, int port,
                         struct wire *control)
{
    struct buf request = request_of(http_case);
    size_t size = buf_size(&request);
    size_t step = size <= CUTS_ALL ? 1 : size / CUTS_SOME;
    struct verdict verdict =
        play_once(http_case, &request, (struct cut){0}, port, control);
    if (!http_case->is_slow && http_case->after != HTTP_WAITS) {
        for (size_t at = step; at < size && verdict.why[0] == '\0'; at += step)
            verdict = play_cut(http_case, &request, at, port, control);
        if (step == 1 && verdict.why[0] == '\0')
            verdict = play_bytes(http_case, &request, port, control);
    }
    buf_free(&request);
    return verdict;
}
