/* test_exercise.c -- are payloads taken apart, and does the order survive the
 * upgrade? The network is three connections in memory, on each of which what is
 * sent arrives in its order; which of them is the next to bring something is up
 * to a random number, so that everything comes that can come. */
#include <stdlib.h>

#include "common/alloc.h"
#include "lessons/11-engine-io/exercise.h"
#include "lessons/kit/arrival.h"
#include "lessons/kit/grade.h"

enum {
    TEXTS = 4,         /* messages in each direction */
    QUEUE_MAX = 32,    /* packets or payloads on one connection */
    NETWORKS = 400,    /* random orders that are tried */
    EVENTS_MAX = 1000, /* then it does not come to rest */
};

/* ------------------------------------------------------ payloads */

/* Taken apart; behind the payload and the room there is nothing. */
struct taken {
    int count;
    struct packet packets[PACKETS_MAX];
    struct slice payload;
    uint8_t *room;
};

static struct taken take(struct slice payload)
{
    struct taken taken = {.payload = arrival_of(payload)};
    taken.room = allocate(payload.size + (payload.size == 0));
    taken.count = payload_decode(taken.payload, taken.room, taken.packets);
    expect_written(taken.count != PAYLOAD_NOT_WRITTEN, "payload_decode()");
    return taken;
}

static void let_go(struct taken *taken)
{
    arrival_free(taken->payload);
    free(taken->room);
}

static struct taken take_told(const char *payload, int right)
{
    story_case_bytes("comes", slice_of(payload));
    struct taken taken = take(slice_of(payload));
    expect_number("what payload_decode() returns", taken.count, right);
    return taken;
}

static void expect_packet(const struct packet *packet, char type,
                          const char *data)
{
    char came[2] = {packet->type, '\0'}, right[2] = {type, '\0'};
    expect_text("the type of a packet", slice_of(came), right);
    expect_true(!packet->is_binary, "a packet with a type is text");
    expect_text("its data", packet->data, data);
}

static void expect_binary(const struct packet *packet, struct slice data)
{
    expect_true(packet->is_binary, "what begins with b is binary");
    expect_number("its type", packet->type, '4');
    expect_bytes("its data", packet->data, data);
}

static void packets_are_taken_apart(void)
{
    struct taken taken = take_told("4hello\x1e"
                                   "2\x1e"
                                   "4world",
                                   3);
    expect_packet(&taken.packets[0], '4', "hello");
    expect_packet(&taken.packets[1], '2', "");
    expect_packet(&taken.packets[2], '4', "world");
    let_go(&taken);
    taken = take_told("0{\"sid\":\"abc\"}", 1);
    expect_packet(&taken.packets[0], '0', "{\"sid\":\"abc\"}");
    let_go(&taken);
    taken = take_told("4a\nb b4\x1e"
                      "4\xe2\x82\xac",
                      2);
    expect_packet(&taken.packets[0], '4', "a\nb b4");
    expect_packet(&taken.packets[1], '4', "\xe2\x82\xac");
    let_go(&taken);
}

static void binary_is_decoded(void)
{
    struct taken taken = take_told("4hello\x1e"
                                   "bAQIDBA==\x1e"
                                   "bAB7/\x1e"
                                   "b",
                                   4);
    expect_packet(&taken.packets[0], '4', "hello");
    expect_binary(&taken.packets[1], (struct slice){"\1\2\3\4", 4});
    expect_binary(&taken.packets[2], (struct slice){"\0\x1e\xff", 3});
    expect_binary(&taken.packets[3], slice_of(""));
    let_go(&taken);
}

static void expect_bad(const char *payload)
{
    struct taken taken = take(slice_of(payload));
    if (taken.count == PAYLOAD_BAD) {
        let_go(&taken);
        return;
    }
    story_bytes("comes", slice_of(payload));
    lose("payload_decode() returns %d, and PAYLOAD_BAD was right", taken.count);
}

static void empty_packets_are_bad(void)
{
    expect_bad("");
    expect_bad("4hello\x1e");
    expect_bad("\x1e"
               "4hello");
    expect_bad("4hello\x1e\x1e"
               "4world");
}

static void what_is_no_packet_is_bad(void)
{
    char many[2 * PACKETS_MAX + 2] = "2";
    expect_bad("hello");
    expect_bad("7");
    expect_bad("4hello\x1e"
               "/");
    expect_bad("bAQIDBA");
    expect_bad("bAQ!DBA==");
    expect_bad("b4AQIDBA==");
    for (int i = 0; i < PACKETS_MAX; i++)
        strcat(many, "\x1e"
                     "2");
    expect_bad(many);
    struct taken taken =
        take((struct slice){many, (size_t)(2 * PACKETS_MAX - 1)});
    expect_number("packets of a payload that has as many as there may be",
                  taken.count, PACKETS_MAX);
    let_go(&taken);
}

/* ------------------------------------------------------ a network */

/* What is on its way on one connection, in one direction. */
struct queue {
    struct buf items[QUEUE_MAX];
    size_t first, end;
};

enum plan {
    ONLY_POLLING,    /* no WebSocket is tried */
    UPGRADE,         /* it goes through */
    PROBE_VANISHES,  /* what is sent over it never arrives */
    WEBSOCKET_FAILS, /* before the session has gone over */
};

struct link {
    struct session session;
    enum plan plan;
    uint32_t random;
    bool is_told; /* every step is a line of the story */
    const char *fault;
    struct queue gets, answers, posts, oks, frames_up, frames_down;
    bool has_websocket, has_failed;
    bool is_paused; /* 3probe came */

    /* the server */
    bool has_poll, is_probed, is_upgraded;
    struct buf waiting; /* for a poll */

    /* the two users */
    int heard_by_server, heard_by_client;
    int said_by_server, said_by_client;
};

static void tell(const struct link *link, const char *what, struct slice bytes)
{
    if (link->is_told && bytes.size > 0)
        story_bytes(what, bytes);
    else if (link->is_told)
        story("%s", what);
}

static void blame(struct link *link, const char *fault)
{
    if (link->fault == NULL)
        link->fault = fault;
}

static void put(struct link *link, struct queue *queue, struct slice item)
{
    if (queue->end == QUEUE_MAX)
        blame(link, "there is no end of what is sent");
    else
        buf_append_slice(&queue->items[queue->end++], item);
}

static bool has_item(const struct queue *queue)
{
    return queue->first < queue->end;
}

static struct slice take_item(struct queue *queue)
{
    struct buf *item = &queue->items[queue->first++];
    arrival_fit(item);
    return buf_slice(item);
}

static void queue_free(struct queue *queue)
{
    for (size_t i = 0; i < queue->end; i++)
        buf_free(&queue->items[i]);
}

/* ------------------------------------------------------ the client sends */

static bool may_ask(struct link *link, bool is_busy)
{
    if (is_busy)
        blame(link, "that is a second one of its kind, while one is under way");
    if (link->is_paused)
        blame(link, "3probe has come: no request may begin any more");
    return link->fault == NULL;
}

/* Under way until the session has been told of the answer. */
void link_get(struct link *link)
{
    tell(link, "client: GET", slice_of(""));
    if (may_ask(link, has_item(&link->gets) || link->has_poll ||
                          has_item(&link->answers)))
        put(link, &link->gets, slice_of(""));
}

void link_post(struct link *link, struct slice payload)
{
    tell(link, "client: POST", payload);
    if (may_ask(link, has_item(&link->posts) || has_item(&link->oks)))
        put(link, &link->posts, payload);
}

void link_frame(struct link *link, struct slice packet)
{
    tell(link, "client: frame", packet);
    if (!link->has_websocket)
        blame(link, "a frame is sent, and there is no WebSocket");
    put(link, &link->frames_up, packet);
}

/* What a user hears is the letters a, b, c ... in this order. */
static void note(struct link *link, int *heard, struct slice message)
{
    if (message.size != 1 || message.data[0] < 'a' ||
        message.data[0] >= 'a' + TEXTS)
        blame(link, "that is no message that anybody has said");
    else if (message.data[0] < 'a' + *heard)
        blame(link, "that is heard twice, or too late");
    else if (message.data[0] > 'a' + *heard)
        blame(link, "what was said before it is lost, or comes too late");
    ++*heard;
}

void link_heard(struct link *link, struct slice message)
{
    tell(link, "the client's user hears", message);
    note(link, &link->heard_by_client, message);
}

/* ------------------------------------------------------ the server */

static void say_frame(struct link *link, struct slice packet)
{
    tell(link, "server: frame", packet);
    put(link, &link->frames_down, packet);
}

static void answer_poll(struct link *link)
{
    if (!link->has_poll || (buf_size(&link->waiting) == 0 && !link->is_probed))
        return;
    if (buf_size(&link->waiting) == 0)
        buf_append(&link->waiting, "6", 1);
    tell(link, "server: answers the poll", buf_slice(&link->waiting));
    put(link, &link->answers, buf_slice(&link->waiting));
    buf_free(&link->waiting);
    link->has_poll = false;
}

static void take_poll(struct link *link)
{
    take_item(&link->gets);
    if (link->is_upgraded) {
        blame(link, "a poll arrives behind 5: the server says 400");
        return;
    }
    link->has_poll = true;
    answer_poll(link);
}

/* The packets of what waits, without the separators. */
static void upgrade(struct link *link)
{
    struct slice all = buf_slice(&link->waiting);
    link->is_upgraded = true;
    for (size_t i = 0; i + 1 < all.size; i += 3)
        say_frame(link, (struct slice){all.data + i, 2});
    buf_free(&link->waiting);
}

static void hear_as_server(struct link *link, struct slice packet)
{
    if (packet.size < 1 || packet.data[0] != '4') {
        tell(link, "server: this is no message", packet);
        blame(link, "what is sent there is no message");
        return;
    }
    tell(link, "the server's user hears",
         (struct slice){packet.data + 1, packet.size - 1});
    note(link, &link->heard_by_server,
         (struct slice){packet.data + 1, packet.size - 1});
}

static void take_posted(struct link *link)
{
    struct slice rest = take_item(&link->posts);
    while (rest.size > 0) {
        const char *end = memchr(rest.data, '\x1e', rest.size);
        size_t size = end != NULL ? (size_t)(end - rest.data) : rest.size;
        hear_as_server(link, (struct slice){rest.data, size});
        size += end != NULL;
        rest = (struct slice){rest.data + size, rest.size - size};
    }
    put(link, &link->oks, slice_of("ok"));
}

static void take_frame(struct link *link)
{
    struct slice packet = take_item(&link->frames_up);
    if (link->is_upgraded) {
        hear_as_server(link, packet);
    } else if (slice_is(packet, "2probe") && !link->is_probed) {
        link->is_probed = true;
        say_frame(link, slice_of("3probe"));
        answer_poll(link);
    } else if (slice_is(packet, "5") && link->is_probed) {
        upgrade(link);
    } else {
        blame(link, "a frame arrives before 5 that is not of the upgrade");
    }
}

static void say_as_server(struct link *link)
{
    char packet[2] = {'4', (char)('a' + link->said_by_server++)};
    struct slice slice = {packet, 2};
    tell(link, "the server's user says", (struct slice){packet + 1, 1});
    if (link->is_upgraded) {
        say_frame(link, slice);
        return;
    }
    if (buf_size(&link->waiting) > 0)
        buf_append(&link->waiting, "\x1e", 1);
    buf_append_slice(&link->waiting, slice);
    answer_poll(link);
}

/* ------------------------------------------------------ what may happen */

static void say_as_client(struct link *link)
{
    char letter = (char)('a' + link->said_by_client++);
    tell(link, "the client's user says", (struct slice){&letter, 1});
    session_say(&link->session, (struct slice){&letter, 1});
}

static void answer_arrives(struct link *link)
{
    struct slice payload = take_item(&link->answers);
    tell(link, "client: the poll is answered", payload);
    session_got(&link->session, payload);
}

static void ok_arrives(struct link *link)
{
    take_item(&link->oks);
    tell(link, "client: the POST is answered", slice_of("ok"));
    session_posted(&link->session);
}

static void frame_arrives(struct link *link)
{
    struct slice packet = take_item(&link->frames_down);
    tell(link, "client: a frame comes", packet);
    link->is_paused = link->is_paused || slice_is(packet, "3probe");
    session_frame(&link->session, packet);
}

static void websocket_opens(struct link *link)
{
    tell(link, "client: 101, the WebSocket is open", slice_of(""));
    link->has_websocket = true;
    session_websocket_opened(&link->session);
}

static void websocket_fails(struct link *link)
{
    tell(link, "client: the WebSocket is gone", slice_of(""));
    link->has_websocket = link->is_probed = link->is_paused = false;
    link->has_failed = true;
    link->frames_up.first = link->frames_up.end;
    link->frames_down.first = link->frames_down.end;
    session_websocket_failed(&link->session);
}

/* Everything that may be next. */
static const struct step {
    void (*happens)(struct link *link);
    size_t queue; /* has something, or 0 */
} steps[] = {
    {take_poll, offsetof(struct link, gets)},
    {answer_arrives, offsetof(struct link, answers)},
    {take_posted, offsetof(struct link, posts)},
    {ok_arrives, offsetof(struct link, oks)},
    {take_frame, offsetof(struct link, frames_up)},
    {frame_arrives, offsetof(struct link, frames_down)},
    {say_as_client, 0},
    {say_as_server, 0},
    {websocket_opens, 0},
    {websocket_fails, 0},
};

enum { STEPS = sizeof steps / sizeof *steps };

static bool may_happen(const struct link *link, const struct step *step)
{
    const void *queue = (const char *)link + step->queue;
    if (step->happens == take_frame && link->plan == PROBE_VANISHES)
        return false;
    if (step->queue != 0)
        return has_item(queue);
    if (step->happens == say_as_client)
        return link->said_by_client < TEXTS;
    if (step->happens == say_as_server)
        return link->said_by_server < TEXTS;
    if (step->happens == websocket_opens)
        return link->plan != ONLY_POLLING && !link->has_websocket &&
               !link->has_failed;
    return link->plan == WEBSOCKET_FAILS && link->has_websocket &&
           link->session.stage != UPGRADED;
}

static uint32_t next_random(struct link *link)
{
    link->random = link->random * 1664525u + 1013904223u;
    return link->random >> 16;
}

/* False: it has come to rest. */
static bool something_happens(struct link *link)
{
    const struct step *possible[STEPS];
    size_t count = 0;
    for (size_t i = 0; i < STEPS; i++)
        if (may_happen(link, &steps[i]))
            possible[count++] = &steps[i];
    if (count == 0 || link->fault != NULL)
        return false;
    possible[next_random(link) % count]->happens(link);
    return true;
}

/* ------------------------------------------------------ a whole session */

static void judge(struct link *link)
{
    if (link->heard_by_server < TEXTS)
        blame(link, "nothing is under way any more, and the server's user has "
                    "not heard all of a, b, c, d");
    if (link->heard_by_client < TEXTS)
        blame(link, "nothing is under way any more, and the client's user has "
                    "not heard all of a, b, c, d");
    if (link->plan == UPGRADE && !link->is_upgraded)
        blame(link, "nothing is under way any more, and 5 was never sent");
}

static void link_free(struct link *link)
{
    struct queue *queues[] = {&link->gets,      &link->answers,
                              &link->posts,     &link->oks,
                              &link->frames_up, &link->frames_down};
    for (size_t i = 0; i < sizeof queues / sizeof *queues; i++)
        queue_free(queues[i]);
    buf_free(&link->waiting);
    buf_free(&link->session.waiting);
    free(link);
}

/* NULL, or what went wrong, after so many events. */
static const char *try_network(enum plan plan, uint32_t random, bool is_told,
                               int *events)
{
    struct link *link = allocate(sizeof *link);
    link->session.link = link;
    link->plan = plan;
    link->random = random;
    link->is_told = is_told;
    session_opened(&link->session);
    expect_written(has_item(&link->gets), "session_opened()");
    *events = 0;
    while (*events < EVENTS_MAX && something_happens(link))
        ++*events;
    if (*events == EVENTS_MAX)
        blame(link, "it does not come to rest");
    judge(link);
    const char *fault = link->fault;
    link_free(link);
    return fault;
}

/* The shortest of those that go wrong is told. */
static void try_networks(enum plan plan)
{
    int events, least = EVENTS_MAX + 1, faults = 0;
    uint32_t worst = 0;
    for (uint32_t i = 1; i <= NETWORKS; i++) {
        uint32_t random = i * 2654435761u;
        if (try_network(plan, random, false, &events) == NULL)
            continue;
        faults++;
        if (events < least)
            worst = random;
        least = events < least ? events : least;
    }
    if (faults == 0)
        return;
    story("%d of %d random networks go wrong; the shortest story of them:",
          faults, NETWORKS);
    lose("%s", try_network(plan, worst, true, &events));
}

static void polling_carries_both_ways(void)
{
    try_networks(ONLY_POLLING);
}

static void an_upgrade_keeps_the_order(void)
{
    try_networks(UPGRADE);
}

static void a_probe_that_vanishes_holds_up_nothing(void)
{
    try_networks(PROBE_VANISHES);
}

static void a_probe_that_fails_leaves_polling(void)
{
    try_networks(WEBSOCKET_FAILS);
}

static const struct graded_test tests[] = {
    {"a payload is taken apart into its packets",
     15,
     packets_are_taken_apart,
     {"what stands between two packets, and what behind the last one?",
      "the first byte of a packet is its type, the rest its data",
      "for each i up to and with the end: if it is 0x1e or the end, packet is "
      "[start, i)"},
     "printf '4hello\\0362\\0364world' | xxd"},
    {"a packet that begins with b is bytes, in base64",
     10,
     binary_is_decoded,
     {"how do any bytes travel in a body that is text?",
      "base64_decode() writes into room; the next one begins behind it",
      "packet->data = (struct slice){room, size}; room += size; the type is 4"},
     NULL},
    {"behind each separator there is a packet, and an empty one is bad",
     10,
     empty_packets_are_bad,
     {"how many packets has a payload with two separators?",
      "one more than separators, always; strtok() does not think so",
      "if (encoded.size == 0) return PAYLOAD_BAD"},
     NULL},
    {"what is no packet makes the payload bad",
     10,
     what_is_no_packet_is_bad,
     {"which types are there?", "'0' to '6', and b with good base64",
      "count before you write to packets[count]"},
     NULL},
    {"polling carries messages both ways, one GET and one POST at a time",
     10,
     polling_carries_both_ways,
     {"what happens to a text that is said while a POST is under way?",
      "it waits, and goes with the next one, joined by 0x1e to what waits",
      "session_posted(): is_posting = false, then post what waits; "
      "session_got(): the next GET"},
     "build/client engineio http://127.0.0.1:8080 --no-upgrade -v"},
    {"a probe that nobody answers holds up nothing",
     10,
     a_probe_that_vanishes_holds_up_nothing,
     {"do you know that the WebSocket works, once it is open?",
      "polling goes on until 3probe has come", "pause in session_frame()"},
     NULL},
    {"an upgrade loses nothing, and keeps the order",
     25,
     an_upgrade_keeps_the_order,
     {"two connections are under way: which of them is faster?",
      "5 only when neither a GET nor a POST is under way; and no new one "
      "behind 3probe",
      "in session_got() and session_posted(): if PAUSING and both are back, "
      "send 5, then what waits, each packet a frame"},
     "build/client engineio http://127.0.0.1:8080 -v"},
    {"a WebSocket that fails leaves polling as it was",
     10,
     a_probe_that_fails_leaves_polling,
     {"who asks for the next poll, when you had paused?",
      "back to POLLING; if no GET is under way, there must be one",
      "and post what was said while you paused"},
     "build/weather --strip-upgrade http://127.0.0.1:8080"},
    {0},
};

int main(void)
{
    return grade("11-engine-io", tests);
}
