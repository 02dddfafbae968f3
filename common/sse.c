#include "common/sse.h"

#include <assert.h>
#include <limits.h>
#include <string.h>

/* Bytes before the first CR or LF. Two memchr() would look at bytes far behind
 * the line for an end that is of the other kind, again for each line. */
static size_t line_size(struct slice text)
{
    size_t size = 0;
    while (size < text.size && text.data[size] != '\n' &&
           text.data[size] != '\r')
        size++;
    return size;
}

static bool has_byte(struct slice slice, char byte)
{
    return slice.size > 0 && memchr(slice.data, byte, slice.size) != NULL;
}

/* One field for each line of `text`, also for an empty last one. */
static void append_lines(struct buf *out, const char *name, struct slice text)
{
    for (;;) {
        size_t size = line_size(text);
        buf_append_text(out, name);
        buf_append(out, text.data, size);
        buf_append(out, "\n", 1);
        if (size == text.size)
            return;
        slice_skip(&text, size);
        slice_skip(&text, slice_starts_with(text, "\r\n") ? 2 : 1);
    }
}

void sse_append_event(struct buf *out, const char *event, struct slice id,
                      struct slice data)
{
    assert(!has_byte(id, '\0') && line_size(id) == id.size);
    if (event != NULL) {
        assert(strpbrk(event, "\r\n") == NULL);
        append_lines(out, "event: ", slice_of(event));
    }
    if (id.size > 0)
        append_lines(out, "id: ", id);
    append_lines(out, "data: ", data);
    buf_append(out, "\n", 1);
}

void sse_append_comment(struct buf *out, struct slice text)
{
    append_lines(out, ": ", text);
}

void sse_append_retry(struct buf *out, int ms)
{
    assert(ms >= 0);
    buf_append_text(out, "retry: ");
    buf_append_number(out, (uint64_t)ms);
    buf_append(out, "\n", 1);
}

void sse_free(struct sse *sse)
{
    buf_free(&sse->last_event_id);
    buf_free(&sse->type);
    buf_free(&sse->data);
    buf_free(&sse->id);
    *sse = (struct sse){0};
}

void sse_restart(struct sse *sse)
{
    struct sse kept = {.max_size = sse->max_size,
                       .retry_ms = sse->retry_ms,
                       .last_event_id = sse->last_event_id};
    sse->last_event_id = (struct buf){0};
    sse_free(sse);
    *sse = kept;
}

static void clear(struct buf *buf)
{
    buf_consume(buf, buf_size(buf));
}

static void assign(struct buf *buf, struct slice value)
{
    clear(buf);
    buf_append_slice(buf, value);
}

/* The bytes of `buf`, or `otherwise` when there are none. */
static struct slice contents(const struct buf *buf, const char *otherwise)
{
    return buf_size(buf) > 0 ? buf_slice(buf) : slice_of(otherwise);
}

/* "If the field value consists of only ASCII digits", or else ignored. */
static void read_retry(struct sse *sse, struct slice value)
{
    int64_t ms = 0;
    for (size_t i = 0; i < value.size; i++) {
        if (value.data[i] < '0' || value.data[i] > '9')
            return;
        ms = 10 * ms + (value.data[i] - '0');
        if (ms > INT_MAX)
            ms = INT_MAX;
    }
    if (value.size > 0)
        sse->retry_ms = (int)ms;
}

static void read_id(struct sse *sse, struct slice value)
{
    if (has_byte(value, '\0'))
        return;
    assign(&sse->id, value);
    sse->has_id = true;
}

/* "Process the field" (9.2.6). A comment is a field without a name. */
static void read_field(struct sse *sse, struct slice line)
{
    struct slice value = line, name = slice_take(&value, ':');
    if (slice_starts_with(value, " "))
        slice_skip(&value, 1);
    if (slice_is(name, "data")) {
        buf_append_slice(&sse->data, value);
        buf_append(&sse->data, "\n", 1);
    } else if (slice_is(name, "event")) {
        assign(&sse->type, value);
    } else if (slice_is(name, "id")) {
        read_id(sse, value);
    } else if (slice_is(name, "retry")) {
        read_retry(sse, value);
    }
}

/* The id of a block counts from its blank line on, and then until another one,
 * whether or not the block has data. Swapped, not copied: blank lines are cheap
 * to send. */
static void end_id(struct sse *sse)
{
    if (!sse->has_id)
        return;
    struct buf before = sse->last_event_id;
    sse->last_event_id = sse->id;
    sse->id = before;
    sse->has_id = false;
}

/* "Dispatch the event" (9.2.6). False: there is no data, so no event. */
static bool dispatch(struct sse *sse, struct sse_event *event)
{
    end_id(sse);
    sse->is_dispatched = true;
    if (buf_size(&sse->data) == 0)
        return false;
    event->type = contents(&sse->type, "message");
    event->id = contents(&sse->last_event_id, "");
    event->data = buf_slice(&sse->data);
    event->data.size--; /* the LF behind the last line */
    return true;
}

static void forget_dispatched(struct sse *sse)
{
    if (!sse->is_dispatched)
        return;
    clear(&sse->type);
    clear(&sse->data);
    sse->is_dispatched = false;
}

/* The first line without a byte order mark (9.2.5), any other as it is. */
static struct slice without_bom(struct sse *sse, struct slice line)
{
    bool is_first = !sse->has_begun;
    sse->has_begun = true;
    if (is_first && slice_starts_with(line, "\xef\xbb\xbf"))
        return slice_from(line, 3);
    return line;
}

/* Take a line off `in`, without its CR, LF or CRLF. One that ends in CR is
 * complete at once: a LF that may follow is skipped when it comes. SSE_EVENT:
 * here it is. */
static enum sse_result take_line(struct sse *sse, struct buf *in,
                                 struct slice *line)
{
    if (buf_size(in) == 0)
        return SSE_NEED_MORE;
    if (sse->is_after_cr && *buf_head(in) == '\n')
        buf_consume(in, 1);
    sse->is_after_cr = false;
    if (buf_size(in) == 0)
        return SSE_NEED_MORE;
    struct slice text = buf_slice(in);
    sse->scanned += (uint32_t)line_size(slice_from(text, sse->scanned));
    if (buf_size(&sse->data) + sse->scanned > sse->max_size)
        return SSE_TOO_BIG;
    if (sse->scanned == text.size)
        return SSE_NEED_MORE;
    *line = (struct slice){text.data, sse->scanned};
    sse->is_after_cr = text.data[line->size] == '\r';
    buf_consume(in, line->size + 1);
    sse->scanned = 0;
    return SSE_EVENT;
}

enum sse_result sse_next(struct sse *sse, struct buf *in,
                         struct sse_event *event)
{
    for (;;) {
        forget_dispatched(sse);
        struct slice line;
        enum sse_result result = take_line(sse, in, &line);
        if (result != SSE_EVENT)
            return result;
        line = without_bom(sse, line);
        if (line.size > 0)
            read_field(sse, line);
        else if (dispatch(sse, event))
            return SSE_EVENT;
    }
}
