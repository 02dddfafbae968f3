#include "client/refusal.h"

#include <stdio.h>
#include <string.h>

#include "common/http_write.h"
#include "common/json.h"
#include "common/limits.h"
#include "common/log.h"

bool refusal_is_short(const struct http_response *response)
{
    return response->body.framing == HTTP_LENGTH && response->body.left > 0 &&
           response->body.left <= REFUSAL_MAX;
}

static struct slice first_line(struct slice text)
{
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] == '\r' || text.data[i] == '\n')
            text.size = i;
    return text;
}

/* Ours repeats the status in front of the text. */
static struct slice without_status(struct slice line, const char *status)
{
    size_t size = strlen(status);
    if (!slice_starts_with(line, status) || line.size < size + 2)
        return line;
    return slice_from(line, size + 2);
}

static struct slice explanation(struct slice body, const char *status,
                                struct buf *scratch)
{
    struct slice value;
    bool has_member =
        json_is_valid(body) && (json_member(body, "help", &value) ||
                                json_member(body, "message", &value));
    if (has_member && json_type(value) == JSON_STRING)
        return json_string(value, scratch);
    if (slice_starts_with(body, "<"))
        return slice_of("");
    return without_status(first_line(body), status);
}

void refusal_write(const struct refusal *refusal, char why[CLIENT_WHY_MAX])
{
    char status[48], shown[LOG_ESCAPED_MAX];
    struct buf scratch = {0};
    snprintf(status, sizeof status, "%d %s", refusal->status,
             http_reason(refusal->status));
    struct slice text =
        explanation(buf_slice(&refusal->body), status, &scratch);
    snprintf(why, CLIENT_WHY_MAX, "the server answered %s%s%.180s", status,
             text.size > 0 ? ": " : "", log_escaped(text, shown));
    buf_free(&scratch);
}
