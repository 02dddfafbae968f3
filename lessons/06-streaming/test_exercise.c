/* test_exercise.c -- is a response read that comes in any pieces, and gone on
 * with where it broke?
 *
 * What was heard is written down as text, an event a line: type[id]: data, with
 * a | for each LF.
 */
#include <stdio.h>

#include "common/buf.h"
#include "lessons/06-streaming/exercise.h"
#include "lessons/kit/arrival.h"
#include "lessons/kit/grade.h"

enum { HEARD_SIZE = 4096 };

struct listener {
    struct stream stream;
    char heard[HEARD_SIZE];
    size_t size;
};

static void hear(void *user, const struct event *event)
{
    struct listener *listener = user;
    char *heard = listener->heard;
    size_t room = HEARD_SIZE - listener->size;
    size_t start = listener->size;
    int size = snprintf(heard + start, room, "%s[%s]: %.*s", event->type,
                        event->id, (int)event->data.size, event->data.data);
    if ((size_t)size + 2 > room)
        lose("there is no end of events");
    listener->size += (size_t)size;
    for (size_t i = start; i < listener->size; i++)
        if (heard[i] == '\n')
            heard[i] = '|';
    heard[listener->size++] = '\n';
}

static void prepare(struct listener *listener)
{
    *listener = (struct listener){.stream = {.on_event = hear}};
    listener->stream.user = listener;
}

static enum stream_result feed(struct listener *listener, struct slice bytes)
{
    struct slice arrival = arrival_of(bytes);
    enum stream_result result = stream_feed(&listener->stream, arrival);
    arrival_free(arrival);
    return result;
}

static struct slice heard_by(const struct listener *listener)
{
    return (struct slice){listener->heard, listener->size};
}

/* ------------------------------------------------------ whole bodies */

/* `text` in chunks of `size` bytes, and the last one. */
static void append_chunks(struct buf *body, struct slice text, size_t size)
{
    while (text.size > 0) {
        size_t taken = text.size < size ? text.size : size;
        buf_printf(body, "%zx\r\n%.*s\r\n", taken, (int)taken, text.data);
        text.data += taken;
        text.size -= taken;
    }
    buf_append_text(body, "0\r\n\r\n");
}

static void expect_events(const char *text, size_t chunk_size,
                          const char *expected)
{
    struct listener listener;
    struct buf body = {0};
    prepare(&listener);
    append_chunks(&body, slice_of(text), chunk_size);
    story_case_bytes("the body", buf_slice(&body));
    enum stream_result result = feed(&listener, buf_slice(&body));
    expect_written(result != STREAM_OPEN || listener.size > 0, "stream_feed()");
    expect_text("the events, as type[id]: data", heard_by(&listener), expected);
    expect_true(result == STREAM_ENDED, "it says STREAM_ENDED");
    buf_free(&body);
}

static void chunks_are_put_together(void)
{
    const char *text = "data: hello, this event is longer than ten bytes\n\n";
    const char *event =
        "message[]: hello, this event is longer than ten bytes\n";
    expect_events(text, 1000, event);
    expect_events(text, 26, event); /* 1a: not ten and not twenty-six digits */
    expect_events(text, 3, event);
    expect_events(text, 1, event);
}

static void sizes_are_hexadecimal(void)
{
    struct listener listener;
    const char *body = "00A;why=not\r\ndata: one\n\r\n1\r\n\n\r\n"
                       "b \r\ndata: two\n\n\r\n0;last\r\n\r\n";
    prepare(&listener);
    story_bytes("the body", slice_of(body));
    enum stream_result result = feed(&listener, slice_of(body));
    expect_written(result != STREAM_OPEN, "stream_feed()");
    expect_text("the events, as type[id]: data", heard_by(&listener),
                "message[]: one\nmessage[]: two\n");
    expect_true(result == STREAM_ENDED, "it says STREAM_ENDED");
}

static void an_event_has_fields(void)
{
    expect_events("event: greeting\nid: 8\ndata: hi\n\ndata: you\n\n", 1000,
                  "greeting[8]: hi\nmessage[8]: you\n");
    expect_events("data: two\ndata: lines\n\n", 1000, "message[]: two|lines\n");
    expect_events("data:  two blanks \ndata:none\ndata\ndata: a: b\n\n", 1000,
                  "message[]:  two blanks |none||a: b\n");
    expect_events("id: 7\ndata: one\n\nid\ndata: two\n\n", 1000,
                  "message[7]: one\nmessage[]: two\n");
    expect_events("data:\n\ndata\ndata\n\n", 1000,
                  "message[]: \nmessage[]: |\n");
}

static void what_is_not_an_event_is_passed_over(void)
{
    expect_events(": a comment\n\n:\n\ndata: one\n: another\n\n", 1000,
                  "message[]: one\n");
    expect_events("id: 7\n\ndata: one\n\n", 1000, "message[7]: one\n");
    expect_events("event: lonely\n\ndata: one\n\n", 1000, "message[]: one\n");
    expect_events("dat: a\ndatax: b\nfoo\nData: c\ndata: one\n\n", 1000,
                  "message[]: one\n");
}

static void lines_end_in_three_ways(void)
{
    expect_events("data: one\ndata: two\n\n", 1000, "message[]: one|two\n");
    expect_events("data: one\rdata: two\r\r", 1000, "message[]: one|two\n");
    expect_events("data: one\r\ndata: two\r\n\r\n", 1000,
                  "message[]: one|two\n");
    expect_events("data: one\r\ndata: two\r\n\r\n", 1, "message[]: one|two\n");
}

/* ------------------------------------------------------ pieces */

static void feed_parts(const struct slice *parts, size_t count)
{
    struct listener listener;
    enum stream_result result = STREAM_OPEN;
    prepare(&listener);
    for (size_t i = 0; i < count; i++)
        result = feed(&listener, parts[i]);
    bool is_right =
        result == STREAM_ENDED &&
        slice_is(heard_by(&listener), "greeting[8]: a|b\nmessage[9]: c\n");
    expect_written(result != STREAM_OPEN || listener.size > 0, "stream_feed()");
    if (is_right)
        return;
    expect_text("the events, as type[id]: data", heard_by(&listener),
                "greeting[8]: a|b\nmessage[9]: c\n");
    lose("it does not say STREAM_ENDED at the end of the last chunk");
}

static void it_may_be_cut_anywhere(void)
{
    struct slice body =
        slice_of("1d;x=y\r\nevent: greeting\r\nid: 8\r\ndata:\r\n"
                 "10\r\n a\r\ndata: b\r\n\r\ni\r\n"
                 "c\r\nd: 9\ndata: c\r\n2\r\n\n\n\r\n0\r\n\r\n");
    story_bytes("the body", body);
    in_every_way(body, feed_parts);
}

static enum stream_result feed_text(struct listener *listener, struct buf *text)
{
    struct buf body = {0};
    buf_append(text, "", 1); /* with its NUL */
    append_chunks(&body, slice_of((char *)buf_head(text)), 1000);
    prepare(listener);
    enum stream_result result = feed(listener, buf_slice(&body));
    expect_written(result != STREAM_OPEN, "stream_feed()");
    buf_free(&body);
    buf_free(text);
    return result;
}

/* An event of one line, which is so long. */
static enum stream_result feed_line(struct listener *listener, int size)
{
    struct buf text = {0};
    story_case("an event comes of one line of %d bytes", size);
    buf_printf(&text, "data:%0*d\n\n", size - 5, 0);
    return feed_text(listener, &text);
}

/* An event of three lines, whose data are of so many bytes. */
static enum stream_result feed_data(struct listener *listener, int size)
{
    struct buf text = {0};
    story_case("an event comes with data of %d bytes in three lines", size);
    buf_printf(&text, "data:%0200d\ndata:%0200d\ndata:%0*d\n\n", 0, 0,
               size - 402, 0);
    return feed_text(listener, &text);
}

/* Just at a bound it may be either, as long as nothing is written behind it. */
static void too_long_is_refused(void)
{
    struct listener listener;
    enum { NEAR = 5, ROUGHLY = 50 };
    for (int size = LINE_SIZE - NEAR; size < LINE_SIZE + NEAR; size++)
        feed_line(&listener, size);
    for (int size = DATA_SIZE - NEAR; size < DATA_SIZE + NEAR; size++)
        feed_data(&listener, size);
    expect_true(feed_line(&listener, LINE_SIZE - ROUGHLY) == STREAM_ENDED &&
                    listener.size > 0,
                "it is heard");
    expect_true(feed_line(&listener, LINE_SIZE + ROUGHLY) == STREAM_BAD,
                "it says STREAM_BAD");
    expect_true(feed_data(&listener, DATA_SIZE - ROUGHLY) == STREAM_ENDED &&
                    listener.size > 0,
                "it is heard");
    expect_true(feed_data(&listener, DATA_SIZE + ROUGHLY) == STREAM_BAD,
                "it says STREAM_BAD");
}

static void expect_bad(const char *body)
{
    struct listener listener;
    prepare(&listener);
    story_case_bytes("the body", slice_of(body));
    expect_true(feed(&listener, slice_of(body)) == STREAM_BAD,
                "it says STREAM_BAD");
}

static void what_is_not_chunked_is_refused(void)
{
    struct listener listener;
    prepare(&listener);
    expect_written(feed(&listener, slice_of("0\r\n\r\n")) == STREAM_ENDED,
                   "stream_feed()");
    expect_bad("hello\r\n");
    expect_bad("\r\n");
    expect_bad("-5\r\ndata: \r\n");
    expect_bad("0x5\r\ndata:\r\n");
    expect_bad("5\ndata:\r\n");
    expect_bad("5\r\ndata:xx0\r\n\r\n");
    expect_bad("5\r\ndata:\rx");
    expect_bad("0\r\n\rx");
    story_case("0 CR LF CR comes, and the last LF not yet");
    prepare(&listener);
    expect_true(feed(&listener, slice_of("0\r\n\r")) == STREAM_OPEN,
                "it says STREAM_OPEN");
    expect_bad("ffffffffffffffff1\r\ndata:");
}

/* ------------------------------------------------------ going on */

static void append_stream(struct buf *body, int after)
{
    for (int id = after + 1; id <= 4; id++) {
        char text[64];
        int size = snprintf(text, sizeof text, "id: %d\ndata: %c\ndata: %c\n\n",
                            id, 'a' + id, 'A' + id);
        buf_printf(body, "%x\r\n%s\r\n", (unsigned)size, text);
    }
    buf_append_text(body, "0\r\n\r\n");
}

/* The first response breaks after `size` bytes, the second is whole. */
static void break_after(struct slice body, size_t size, const char *expected)
{
    struct listener listener;
    struct buf rest = {0};
    int after = 0;
    prepare(&listener);
    feed(&listener, (struct slice){body.data, size});
    size_t before = listener.size;
    stream_restart(&listener.stream);
    sscanf(listener.stream.last_event_id, "%d", &after);
    append_stream(&rest, after);
    enum stream_result result = feed(&listener, buf_slice(&rest));
    expect_written(result != STREAM_OPEN, "stream_feed()");
    if (!slice_is(heard_by(&listener), expected)) {
        story_bytes("the first response until it breaks",
                    (struct slice){body.data, size});
        story_bytes("heard of it", (struct slice){listener.heard, before});
        story("the next request says Last-Event-ID: %d", after);
        story_bytes("the second response", buf_slice(&rest));
        expect_text("heard of both", heard_by(&listener), expected);
    }
    buf_free(&rest);
}

/* The second response has an event that says no more than its data. */
static void half_an_event_is_forgotten(const char *half)
{
    struct listener listener;
    struct buf body = {0};
    prepare(&listener);
    story_case_bytes("the first response breaks behind", slice_of(half));
    buf_printf(&body, "%zx\r\n%s\r\n", strlen(half), half);
    feed(&listener, buf_slice(&body));
    stream_restart(&listener.stream);
    expect_text("last_event_id", slice_of(listener.stream.last_event_id), "");
    buf_free(&body);
    append_chunks(&body, slice_of("data: one\n\n"), 1000);
    feed(&listener, buf_slice(&body));
    buf_free(&body);
    expect_text("the events of the second response, as type[id]: data",
                heard_by(&listener), "message[]: one\n");
}

static void it_goes_on_where_it_broke(void)
{
    struct buf body = {0};
    append_stream(&body, 0);
    for (size_t size = 0; size < buf_size(&body); size++)
        break_after(buf_slice(&body), size,
                    "message[1]: b|B\nmessage[2]: c|C\nmessage[3]: d|D\n"
                    "message[4]: e|E\n");
    buf_free(&body);
    half_an_event_is_forgotten("event: greeting\n");
    half_an_event_is_forgotten("id: 9\n");
    half_an_event_is_forgotten("data: two\n");
    half_an_event_is_forgotten("data: tw");
}

static const struct graded_test tests[] = {
    {"chunks of any size are put together",
     15,
     chunks_are_put_together,
     {"what in the body belongs to the chunks, and what to the events?",
      "two machines: one takes the chunks off, the other one reads lines",
      "switch (state) { case SIZE: ... case DATA: read_text(byte); left--; }"},
     "curl -N --raw http://127.0.0.1:8080/streaming"},
    {"sizes are hexadecimal, and an extension is passed over",
     10,
     sizes_are_hexadecimal,
     {"how many bytes are in a chunk of size A?",
      "both cases are allowed, and zeros before; the rest of the line is not "
      "yours",
      "size = 16 * size + digit, until a blank, a semicolon or the CR"},
     NULL},
    {"an event has a type, an id and lines of data",
     15,
     an_event_has_fields,
     {"what stays when an event is over, and what does not?",
      "type and data are forgotten, the id stays; one blank at most is skipped",
      "a LF behind each data line, and the last of them left out"},
     "curl -N 'http://127.0.0.1:8080/streaming?after=0'"},
    {"comments, unknown fields and events without data are passed over",
     10,
     what_is_not_an_event_is_passed_over,
     {"what does a blank line do when no data came before it?",
      "it forgets the type, and keeps the id",
      "names are compared whole, with their case; a comment's name is empty"},
     NULL},
    {"LF, CR and CR LF each end a line",
     10,
     lines_end_in_three_ways,
     {"how many lines end in CR LF?",
      "a CR ends the line at once: a LF that follows is not another line",
      "if (is_after_cr && byte == '\\n') ignore it"},
     NULL},
    {"it may come in any pieces",
     15,
     it_may_be_cut_anywhere,
     {"what do you know at the end of a piece that you need in the next one?",
      "nothing may be looked for in `bytes` alone: all state is in the stream",
      "keep the unfinished line in stream->line, and go byte by byte"},
     "build/weather --port 8081 --chunk 1 http://127.0.0.1:8080, and in "
     "another "
     "terminal: build/client streaming http://127.0.0.1:8081 --trace=hex"},
    {"a line or an event that is too long is refused, and breaks nothing",
     5,
     too_long_is_refused,
     {"what is behind the last byte of line[]?",
      "look whether there is room before you write: a line of LINE_SIZE bytes, "
      "and the LF behind each line of data",
      "if (line_size + 1 == LINE_SIZE) return BAD;"},
     NULL},
    {"what is not chunked is refused",
     5,
     what_is_not_chunked_is_refused,
     {"what could two readers of this body understand differently?",
      "CR LF behind the size and behind the data, at least one digit",
      "more digits than any honest chunk has: refuse before it overflows"},
     NULL},
    {"broken at any byte, it goes on: nothing lost, nothing twice",
     15,
     it_goes_on_where_it_broke,
     {"which event had come completely when the connection broke?",
      "the id counts from the blank line on; half an event is forgotten",
      "copy id to last_event_id when you dispatch; restart clears the rest"},
     "build/weather --port 8081 --cut-after 2000 http://127.0.0.1:8080, and in "
     "another terminal: build/client streaming http://127.0.0.1:8081 -rv"},
    {0},
};

int main(void)
{
    return grade("06-streaming", tests);
}
