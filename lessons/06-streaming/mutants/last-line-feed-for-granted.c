/* expect: the body: "0\r\n\rx" */
#include <string.h>

#include "lessons/06-streaming/exercise.h"

/*  SIZE --LF--> DATA --last byte--> DATA_CR --> DATA_LF --> SIZE
 *    `--0, LF--> LAST_CR --> LAST_LF --> ENDED */
enum { SIZE, DATA, DATA_CR, DATA_LF, LAST_CR, LAST_LF, ENDED, BAD };

/* ------------------------------------------------------ events */

static void dispatch(struct stream *stream)
{
    if (stream->has_id)
        strcpy(stream->last_event_id, stream->id);
    if (stream->data_size > 0)
        stream->on_event(
            stream->user,
            &(struct event){stream->type[0] ? stream->type : "message",
                            stream->last_event_id,
                            {stream->data, stream->data_size - 1}});
    stream->has_id = false;
    stream->type[0] = '\0';
    stream->data_size = 0;
}

static bool add_data(struct stream *stream, const char *value)
{
    size_t size = strlen(value);
    if (stream->data_size + size + 1 > DATA_SIZE)
        return false;
    memcpy(stream->data + stream->data_size, value, size);
    stream->data_size += size;
    stream->data[stream->data_size++] = '\n';
    return true;
}

/* The line has its NUL. A comment is a field without a name. */
static bool read_field(struct stream *stream)
{
    char *colon = strchr(stream->line, ':');
    const char *value = "";
    if (colon != NULL) {
        *colon = '\0';
        value = colon[1] == ' ' ? colon + 2 : colon + 1;
    }
    if (strcmp(stream->line, "data") == 0)
        return add_data(stream, value);
    if (strcmp(stream->line, "event") == 0)
        strcpy(stream->type, value);
    if (strcmp(stream->line, "id") == 0) {
        strcpy(stream->id, value);
        stream->has_id = true;
    }
    return true;
}

static bool end_line(struct stream *stream)
{
    bool is_blank = stream->line_size == 0;
    stream->line[stream->line_size] = '\0';
    stream->line_size = 0;
    if (!is_blank)
        return read_field(stream);
    dispatch(stream);
    return true;
}

static bool read_text(struct stream *stream, char byte)
{
    bool is_behind_cr = stream->is_after_cr && byte == '\n';
    stream->is_after_cr = byte == '\r';
    if (is_behind_cr)
        return true;
    if (byte == '\n' || byte == '\r')
        return end_line(stream);
    if (stream->line_size + 1 == LINE_SIZE)
        return false;
    stream->line[stream->line_size++] = byte;
    return true;
}

/* ------------------------------------------------------ chunks */

static int hex_digit(char byte)
{
    const char *digits = "0123456789abcdef0123456789ABCDEF";
    const char *at = byte == '\0' ? NULL : strchr(digits, byte);
    return at == NULL ? -1 : (int)((at - digits) % 16);
}

/* The size, which something else than a digit ends; -1: it has no digit, or
 * seven, which is more than anyone sends. */
static long read_size(const char *line)
{
    long size = 0;
    size_t i = 0;
    for (; hex_digit(line[i]) >= 0; i++) {
        if (i == 6)
            return -1;
        size = 16 * size + hex_digit(line[i]);
    }
    bool is_end = line[i] == '\r' || line[i] == ';' || line[i] == ' ';
    return i > 0 && is_end ? size : -1;
}

static int end_size(struct stream *stream)
{
    stream->size[stream->size_size] = '\0';
    if (stream->size_size == 0 || stream->size[stream->size_size - 1] != '\r')
        return BAD;
    long size = read_size(stream->size);
    stream->size_size = 0;
    stream->left = size > 0 ? (size_t)size : 0;
    if (size < 0)
        return BAD;
    return size == 0 ? LAST_CR : DATA;
}

static int in_size(struct stream *stream, char byte)
{
    if (byte == '\n')
        return end_size(stream);
    if (stream->size_size + 1 == LINE_SIZE)
        return BAD;
    stream->size[stream->size_size++] = byte;
    return SIZE;
}

static int in_data(struct stream *stream, char byte)
{
    if (!read_text(stream, byte))
        return BAD;
    return --stream->left == 0 ? DATA_CR : DATA;
}

static int next_state(struct stream *stream, char byte)
{
    switch (stream->state) {
    case SIZE: return in_size(stream, byte);
    case DATA: return in_data(stream, byte);
    case DATA_CR: return byte == '\r' ? DATA_LF : BAD;
    case DATA_LF: return byte == '\n' ? SIZE : BAD;
    case LAST_CR: return byte == '\r' ? ENDED : BAD;
    case LAST_LF: return BAD;
    }
    return stream->state;
}

enum stream_result stream_feed(struct stream *stream, struct slice bytes)
{
    for (size_t i = 0; i < bytes.size; i++)
        stream->state = next_state(stream, bytes.data[i]);
    if (stream->state == BAD)
        return STREAM_BAD;
    return stream->state == ENDED ? STREAM_ENDED : STREAM_OPEN;
}

void stream_restart(struct stream *stream)
{
    struct stream fresh = {.on_event = stream->on_event, .user = stream->user};
    strcpy(fresh.last_event_id, stream->last_event_id);
    *stream = fresh;
}
