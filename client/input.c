#include "client/input.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { PIECE_SIZE = 64 * 1024, NEXT_PIECE_MS = 1 };

static void end(struct input *input, const char *why)
{
    input_pause(input, true);
    input->has_ended = true;
    input->on_end(input, why);
}

/* Hand on all lines that are complete. */
static void take_lines(struct input *input)
{
    while (!input->has_ended && buf_size(&input->line) > input->scanned) {
        struct slice line = buf_slice(&input->line);
        const char *lf = memchr(line.data + input->scanned, '\n',
                                line.size - input->scanned);
        input->scanned = lf != NULL ? 0 : line.size;
        if (lf != NULL)
            line.size = (size_t)(lf - line.data);
        if (line.size > input->line_max) {
            end(input, "a line is too long: see --max-message");
            return;
        }
        if (lf == NULL)
            return;
        buf_consume(&input->line, line.size + 1);
        input->lines++;
        input->on_line(input, line);
    }
}

static void take_rest(struct input *input)
{
    struct slice rest = buf_slice(&input->line);
    if (rest.size > 0) {
        input->lines++;
        input->on_line(input, rest);
    }
    if (!input->has_ended)
        end(input, NULL);
}

/* Once each time that it is ready: standard input is not ours to make it
 * non-blocking, the shell reads from the same terminal. */
static void read_piece(struct input *input)
{
    uint8_t *room = buf_room(&input->line, PIECE_SIZE);
    ssize_t got = read(STDIN_FILENO, room, PIECE_SIZE);
    if (got > 0) {
        buf_added(&input->line, (size_t)got);
        take_lines(input);
    } else if (got == 0) {
        take_rest(input);
    } else if (errno != EINTR && errno != EAGAIN) {
        end(input, strerror(errno));
    }
}

static void on_ready(struct watch *watch, unsigned ready)
{
    (void)ready;
    read_piece(CONTAINER(watch, struct input, watch));
}

static void on_due(struct timer *timer)
{
    struct input *input = CONTAINER(timer, struct input, timer);
    read_piece(input);
    if (!input->is_paused)
        loop_timer_set(input->loop, timer, NEXT_PIECE_MS);
}

void input_pause(struct input *input, bool is_paused)
{
    if (input->has_ended || input->is_paused == is_paused)
        return;
    input->is_paused = is_paused;
    if (is_paused)
        loop_timer_cancel(input->loop, &input->timer);
    if (!input->is_file &&
        loop_watch(input->loop, &input->watch, is_paused ? 0 : LOOP_READ) == -1)
        input->is_file = true; /* always ready: EPERM from epoll */
    if (input->is_file && !is_paused)
        loop_timer_set(input->loop, &input->timer, NEXT_PIECE_MS);
}

void input_start(struct input *input, struct loop *loop, size_t line_max)
{
    input->loop = loop;
    input->watch = (struct watch){.fd = STDIN_FILENO, .on_ready = on_ready};
    input->timer.on_due = on_due;
    input->line_max = line_max;
    input->is_paused = true;
    input_pause(input, false);
}

void input_stop(struct input *input)
{
    input_pause(input, true);
    input->has_ended = true;
    buf_free(&input->line);
}
