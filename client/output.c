#include "client/output.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/message.h"
#include "common/base64.h"
#include "common/json.h"
#include "common/log.h"

/* ------------------------------------------------------ writing */

static void give_up(struct output *output, int error)
{
    enum outcome outcome = error == EPIPE ? OUTCOME_DONE : OUTCOME_OTHER;
    if (outcome != OUTCOME_DONE)
        log_error("client: standard output: %s", strerror(error));
    output->is_broken = true;
    loop_watch(output->loop, &output->reader, 0);
    buf_consume(&output->pending, buf_size(&output->pending));
    output->on_broken(output, outcome);
}

/* Whoever started us may have made it non-blocking. */
static void wait_for_room(void)
{
    struct pollfd output = {.fd = STDOUT_FILENO, .events = POLLOUT};
    poll(&output, 1, -1);
}

/* Standard output may block: then we read no faster than it is read. */
void output_flush(struct output *output)
{
    while (buf_size(&output->pending) > 0) {
        ssize_t wrote = write(STDOUT_FILENO, buf_head(&output->pending),
                              buf_size(&output->pending));
        if (wrote > 0)
            buf_consume(&output->pending, (size_t)wrote);
        else if (wrote == -1 && errno == EAGAIN)
            wait_for_room();
        else if (wrote == -1 && errno != EINTR) {
            give_up(output, errno);
            return;
        }
    }
}

static void on_turn_end(struct deferred *deferred)
{
    output_flush(CONTAINER(deferred, struct output, flush));
}

static void on_reader_gone(struct watch *watch, unsigned ready)
{
    (void)ready;
    give_up(CONTAINER(watch, struct output, reader), EPIPE);
}

/* A pipe that we can only write to never becomes readable, unless its reader is
 * gone: then we need not wait for something to write to find out. */
static void watch_reader(struct output *output)
{
    struct stat status;
    if (fstat(STDOUT_FILENO, &status) == -1 || !S_ISFIFO(status.st_mode))
        return;
    output->reader =
        (struct watch){.fd = STDOUT_FILENO, .on_ready = on_reader_gone};
    loop_watch(output->loop, &output->reader, LOOP_READ);
}

void output_start(struct output *output, struct loop *loop, bool is_json,
                  void (*on_broken)(struct output *, enum outcome))
{
    *output = (struct output){
        .loop = loop,
        .flush.run = on_turn_end,
        .is_json = is_json,
        .is_terminal = isatty(STDOUT_FILENO) == 1,
        .on_broken = on_broken,
    };
    watch_reader(output);
}

void output_stop(struct output *output)
{
    output_flush(output);
    loop_watch(output->loop, &output->reader, 0);
    buf_free(&output->pending);
}

/* ------------------------------------------------------ escaping */

static bool is_c1(uint8_t lead, uint8_t last)
{
    return lead == 0xc2 && last >= 0x80 && last < 0xa0;
}

/* Control characters: C0, DEL, and C1, both bytes of its UTF-8. */
static bool is_control(struct slice text, size_t at)
{
    uint8_t byte = (uint8_t)text.data[at];
    uint8_t before = at > 0 ? (uint8_t)text.data[at - 1] : 0;
    uint8_t behind = at + 1 < text.size ? (uint8_t)text.data[at + 1] : 0;
    return byte < 0x20 || byte == 0x7f || is_c1(before, byte) ||
           is_c1(byte, behind);
}

static void append_escaped(struct buf *out, struct slice text,
                           const char *allowed, bool is_terminal)
{
    for (size_t i = 0; i < text.size; i++) {
        char byte = text.data[i];
        bool is_line = byte == '\n' || byte == '\r';
        bool is_allowed = byte != '\0' && strchr(allowed, byte) != NULL;
        if (is_allowed || (!is_line && !is_terminal) || !is_control(text, i))
            buf_append(out, &byte, 1);
        else if (is_line)
            buf_append_text(out, byte == '\n' ? "\\n" : "\\r");
        else
            buf_printf(out, "\\x%02x", (unsigned)(uint8_t)byte);
    }
}

static void append_base64(struct buf *out, struct slice bytes)
{
    size_t size = BASE64_SIZE(bytes.size);
    base64_encode(bytes.data, bytes.size, (char *)buf_room(out, size));
    buf_added(out, size - 1); /* without the NUL */
}

/* ------------------------------------------------------ messages */

static void append_object(struct buf *out, const struct heard *heard)
{
    if (heard->is_binary) {
        buf_append_text(out, "{\"binary\":\"");
        append_base64(out, heard->text);
        buf_append_text(out, "\"}");
    } else if (heard->is_raw) {
        buf_append_text(out, "{\"text\":");
        json_append_string(out, heard->text);
        buf_append_text(out, "}");
    } else {
        buf_append_slice(out, heard->json);
    }
}

static void append_line(struct buf *out, const struct heard *heard,
                        bool is_terminal)
{
    if (heard->is_binary) {
        buf_append_text(out, "data:;base64,");
        append_base64(out, heard->text);
    } else {
        append_escaped(out, heard->text, "\t", is_terminal);
    }
}

void output_message(struct output *output, const struct heard *heard)
{
    struct buf object = {0};
    if (output->is_broken)
        return;
    if (output->is_json) {
        append_object(&object, heard);
        append_escaped(&output->pending, buf_slice(&object), "",
                       output->is_terminal);
        buf_free(&object);
    } else {
        append_line(&output->pending, heard, output->is_terminal);
    }
    buf_append_text(&output->pending, "\n");
    loop_defer(output->loop, &output->flush);
}

void output_bytes(struct output *output, struct slice bytes)
{
    if (output->is_broken)
        return;
    if (output->is_terminal)
        append_escaped(&output->pending, bytes, "\t\n", true);
    else
        buf_append_slice(&output->pending, bytes);
    loop_defer(output->loop, &output->flush);
}
