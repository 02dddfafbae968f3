/* The network with faults: its ways and its proxies by themselves, without
 * sockets and with a time that is only a number; and then all of it, between a
 * raw client and a raw server, or the project's own. */
#include "tests/peer.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "common/net.h"
#include "lessons/weather_relay.h"

enum { LONG_MS = 60000 }; /* so long that it only passes by loop_advance() */

/* ------------------------------------------------------------- one way */

static struct way a_way(const struct faults *faults)
{
    return way_of(faults, dice_of(faults->seed, 1, CHANCE_OF_CLIENT));
}

static void expect_piece(struct way *way, int64_t now_ms, const char *text)
{
    struct piece piece = way_next(way, now_ms * 1000);
    assert_int_equal(piece.state, WAY_PIECE);
    assert_true(slice_is(piece.bytes, text));
    way_left(way, piece.bytes.size);
}

static void expect_wait(struct way *way, int64_t now_ms, int64_t wait_ms)
{
    struct piece piece = way_next(way, now_ms * 1000);
    assert_int_equal(piece.state, WAY_WAITS);
    assert_int_equal(piece.wait_ms, wait_ms);
}

static void expect_state(struct way *way, int64_t now_ms, enum way_state state)
{
    assert_int_equal(way_next(way, now_ms * 1000).state, state);
}

static void in_fair_weather_everything_leaves_at_once(void **state)
{
    struct faults faults = {0};
    struct way way = a_way(&faults);
    (void)state;
    expect_state(&way, 0, WAY_EMPTY);
    way_add(&way, slice_of("hello"), 0);
    expect_piece(&way, 0, "hello");
    expect_state(&way, 0, WAY_EMPTY);
    way_end(&way, 0);
    expect_state(&way, 0, WAY_END);
    way_left(&way, 0);
    expect_state(&way, 0, WAY_EMPTY);
    way_free(&way);
}

static void each_arrival_waits_the_delay_and_so_does_the_end(void **state)
{
    struct faults faults = {.delay_ms = 100};
    struct way way = a_way(&faults);
    (void)state;
    way_add(&way, slice_of("a"), 0);
    way_add(&way, slice_of("b"), 30 * 1000);
    way_end(&way, 40 * 1000);
    expect_wait(&way, 40, 60);
    expect_piece(&way, 100, "a");
    expect_wait(&way, 100, 30);
    expect_piece(&way, 130, "b");
    expect_wait(&way, 139, 1);
    expect_state(&way, 140, WAY_END);
    way_free(&way);
}

static void pieces_are_no_longer_than_the_chunk(void **state)
{
    struct faults faults = {.chunk = 2};
    struct way way = a_way(&faults);
    (void)state;
    way_add(&way, slice_of("hello"), 0);
    way_add(&way, slice_of("you"), 0);
    expect_piece(&way, 0, "he");
    expect_piece(&way, 0, "ll");
    expect_piece(&way, 0, "o");
    expect_piece(&way, 0, "yo");
    expect_piece(&way, 0, "u");
    way_free(&way);
}

static void what_the_kernel_does_not_take_stays_due(void **state)
{
    struct faults faults = {.delay_ms = 10, .chunk = 4};
    struct way way = a_way(&faults);
    (void)state;
    way_add(&way, slice_of("hello"), 0);
    assert_int_equal(way_next(&way, 10000).state, WAY_PIECE);
    way_left(&way, 1);
    expect_piece(&way, 10, "ell");
    expect_piece(&way, 10, "o");
    way_free(&way);
}

static void at_a_rate_bytes_leave_when_they_would_have_been_sent(void **state)
{
    struct faults faults = {.rate = 200}; /* pieces of 2 bytes, 10 ms each */
    struct way way = a_way(&faults);
    (void)state;
    way_add(&way, slice_of("abcde"), 0);
    expect_wait(&way, 0, 10);
    expect_piece(&way, 10, "ab");
    expect_wait(&way, 10, 10);
    expect_piece(&way, 25, "cd"); /* late, but the clock of the line goes on */
    expect_piece(&way, 25, "e");
    way_add(&way, slice_of("f"), 1000 * 1000);
    expect_wait(&way, 1000, 5); /* what was not used is not saved */
    way_free(&way);
}

static void a_slow_rate_is_kept_to_the_byte(void **state)
{
    struct faults faults = {.rate = 3};
    struct way way = a_way(&faults);
    (void)state;
    way_add(&way, slice_of("ab"), 0);
    expect_wait(&way, 0, 334);
    expect_piece(&way, 334, "a");
    expect_wait(&way, 334, 333);
    way_free(&way);
}

/* The moments at which a hundred bytes left, which arrived at 0. */
static void moments_of(const struct faults *faults, int64_t moments[100])
{
    struct way way = a_way(faults);
    for (int i = 0; i < 100; i++)
        way_add(&way, slice_of("x"), 0);
    int64_t now_ms = 0;
    for (int i = 0; i < 100; i++) {
        while (way_next(&way, now_ms * 1000).state == WAY_WAITS)
            now_ms++;
        moments[i] = now_ms;
        way_left(&way, 1);
    }
    way_free(&way);
}

static void
jitter_stays_in_its_bounds_and_comes_again_with_the_seed(void **state)
{
    struct faults faults = {.delay_ms = 100, .jitter_ms = 50, .seed = 1};
    int64_t first[100], again[100], other[100];
    (void)state;
    moments_of(&faults, first);
    moments_of(&faults, again);
    faults.seed = 2;
    moments_of(&faults, other);
    assert_memory_equal(first, again, sizeof first);
    assert_memory_not_equal(first, other, sizeof first);
    assert_in_range(first[0], 50, 150);
    assert_in_range(first[99], first[0] + 1, 150);
}

static void jitter_longer_than_the_delay_does_not_reach_the_past(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct faults faults = {
            .delay_ms = 1, .jitter_ms = 50, .rate = 100, .seed = seed};
        struct way way = a_way(&faults);
        way_add(&way, slice_of("x"), 1000 * 1000);
        struct piece piece = way_next(&way, 1000 * 1000);
        assert_int_equal(piece.state, WAY_WAITS);
        assert_in_range(piece.wait_ms, 10, 10 + 51); /* a byte takes 10 ms */
        way_free(&way);
    }
}

static void a_way_is_full_by_bytes_or_by_arrivals(void **state)
{
    struct faults faults = {.delay_ms = LONG_MS};
    struct way way = a_way(&faults);
    size_t count = 0;
    (void)state;
    for (; way_has_room(&way); count++)
        way_add(&way, slice_of("x"), 0);
    assert_in_range(count, 1000, 1 << 17);
    way_free(&way);
    way = a_way(&faults);
    char *much = calloc(1, 1 << 20);
    way_add(&way, (struct slice){much, 1 << 20}, 0);
    assert_false(way_has_room(&way));
    free(much);
    way_free(&way);
}

/* ------------------------------------------------------------- chance */

static int count_failures(uint32_t percent, uint64_t seed, char fails[1000])
{
    struct faults faults = {.fail_percent = percent, .seed = seed};
    int count = 0;
    for (uint64_t i = 0; i < 1000; i++)
        count += fails[i] = faults_fail(&faults, i + 1);
    return count;
}

static void the_seed_chooses_which_connections_fail(void **state)
{
    char first[1000], again[1000], other[1000];
    (void)state;
    assert_int_equal(count_failures(0, 1, first), 0);
    assert_int_equal(count_failures(100, 1, first), 1000);
    assert_in_range(count_failures(50, 1, first), 450, 550);
    assert_int_equal(count_failures(50, 1, again),
                     count_failures(50, 1, first));
    assert_memory_equal(first, again, sizeof first);
    count_failures(50, 2, other);
    assert_memory_not_equal(first, other, sizeof first);
}

/* ------------------------------------------------------------- proxies */

static void expect_bytes(const struct buf *out, const char *text)
{
    if (!slice_is(buf_slice(out), text))
        fail_msg("expected \"%s\", there is \"%.*s\"", text, (int)buf_size(out),
                 buf_slice(out).data);
}

/* `text`, cut at every position, becomes `expected`. */
static void expect_stripped(const char *text, const char *expected)
{
    size_t size = strlen(text);
    for (size_t cut = 0; cut <= size; cut++) {
        struct proxy proxy = proxy_of(true, false);
        struct buf out = {0};
        proxy_pass(&proxy, FROM_CLIENT, (struct slice){text, cut}, &out);
        proxy_pass(&proxy, FROM_CLIENT, slice_of(text + cut), &out);
        expect_bytes(&out, expected);
        buf_free(&out);
        proxy_free(&proxy);
    }
}

static void the_wish_for_an_upgrade_is_taken_out(void **state)
{
    (void)state;
    expect_stripped("GET /chat HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
                    "connection: keep-alive, UPGRADE\r\nA:  b \r\n\r\n",
                    "GET /chat HTTP/1.1\r\nHost: x\r\n"
                    "connection: keep-alive\r\nA: b\r\n\r\n");
    expect_stripped("GET http://x/ HTTP/1.0\r\nHost: x\r\n"
                    "Connection: Upgrade\r\n\r\n",
                    "GET http://x/ HTTP/1.0\r\nHost: x\r\n\r\n");
}

static void a_request_without_the_wish_stays_as_it_was(void **state)
{
    static const char text[] = "\r\nGET /  HTTP/1.1\r\nUpgrade: w\r\n\r\n";
    static const char good[] = "\r\nGET / HTTP/1.1\r\nhOST:x\r\nA:   b\t\r\n"
                               "Connection: close\r\n\r\n";
    (void)state;
    expect_stripped(good, good);
    expect_stripped(text, text); /* is no HTTP: for the server to refuse */
}

#define WISH                                                                   \
    "GET /w HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: w\r\n\r\n"
#define PLAIN "GET /w HTTP/1.1\r\nHost: x\r\n\r\n"

static void pipelined_requests_and_their_bodies_pass(void **state)
{
    static const char length[] = "POST / HTTP/1.1\r\nHost: x\r\n"
                                 "Content-Length: 12\r\n\r\nUpgrade: w\r\n";
    static const char chunks[] =
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        "c;a=b\r\nUpgrade: w\r\n\r\n00\r\nUpgrade: x\r\n\r\n";
    char text[1024], expected[1024];
    (void)state;
    snprintf(text, sizeof text, WISH "%s" WISH "%s" WISH, length, chunks);
    snprintf(expected, sizeof expected, PLAIN "%s" PLAIN "%s" PLAIN, length,
             chunks);
    expect_stripped(text, expected);
}

static void what_is_no_http_passes_as_it_is(void **state)
{
    static const char chunks[] = "POST / HTTP/1.1\r\nHost: x\r\n"
                                 "Transfer-Encoding: chunked\r\n\r\nxyz" WISH;
    (void)state;
    expect_stripped("\x16\x03\x01 hello", "\x16\x03\x01 hello");
    expect_stripped(chunks, chunks);
}

/* The answers to `requests`, cut at every position: all but the last byte let
 * `early` through, the last one all of it. */
static void expect_kept(const char *requests, const char *early,
                        const char *late)
{
    char all[1024];
    size_t early_size = strlen(early);
    size_t size = (size_t)snprintf(all, sizeof all, "%s%s", early, late);
    for (size_t cut = early_size; cut < size; cut++) {
        struct proxy proxy = proxy_of(false, true);
        struct buf asked = {0}, out = {0};
        proxy_pass(&proxy, FROM_CLIENT, slice_of(requests), &asked);
        expect_bytes(&asked, requests);
        proxy_pass(&proxy, FROM_SERVER, (struct slice){all, cut}, &out);
        expect_bytes(&out, early);
        proxy_pass(&proxy, FROM_SERVER, slice_of(all + cut), &out);
        expect_bytes(&out, all);
        buf_free(&asked);
        buf_free(&out);
        proxy_free(&proxy);
    }
}

static void a_response_is_kept_until_it_is_complete(void **state)
{
    static const char get[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    static const char head[] = "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n";
    static const char length[] =
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
    static const char chunks[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked"
                                 "\r\n\r\n2\r\nhi\r\n0\r\n\r\n";
    static const char no_body[] =
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n";
    char two[256];
    (void)state;
    expect_kept(get, "", length);
    expect_kept(get, "", chunks);
    expect_kept(head, "", no_body);
    snprintf(two, sizeof two, "%s%s", head, get);
    expect_kept(two, no_body, length); /* pipelined */
    expect_kept(get, "HTTP/1.1 100 Continue\r\n\r\n", chunks);
    expect_kept(head, "HTTP/1.1 103 Early Hints\r\n\r\n", no_body);
    expect_kept("", length, length); /* that nobody has asked for */
}

static void
a_response_without_an_end_comes_when_the_connection_ends(void **state)
{
    static const char text[] = "HTTP/1.1 200 OK\r\n\r\ndata: 1\n\n";
    struct proxy proxy = proxy_of(false, true);
    struct buf out = {0};
    (void)state;
    proxy_pass(&proxy, FROM_SERVER, slice_of(text), &out);
    assert_int_equal(buf_size(&out), 0);
    proxy_end(&proxy, FROM_SERVER, &out);
    expect_bytes(&out, text);
    buf_free(&out);
    proxy_free(&proxy);
}

static void behind_a_101_nothing_is_kept(void **state)
{
    static const char head[] = "HTTP/1.1 101 Switching Protocols\r\n\r\n";
    struct proxy proxy = proxy_of(false, true);
    struct buf out = {0};
    (void)state;
    proxy_pass(&proxy, FROM_CLIENT, slice_of(WISH), &out);
    expect_bytes(&out, WISH);
    buf_free(&out);
    proxy_pass(&proxy, FROM_SERVER, slice_of(head), &out);
    proxy_pass(&proxy, FROM_SERVER, slice_of("frame"), &out);
    assert_true(slice_starts_with(buf_slice(&out), head));
    buf_consume(&out, strlen(head));
    expect_bytes(&out, "frame");
    proxy_pass(&proxy, FROM_CLIENT, slice_of("mask"), &out);
    expect_bytes(&out, "framemask");
    buf_free(&out);
    proxy_free(&proxy);
}

static void what_a_peer_can_make_us_keep_is_bounded(void **state)
{
    static const char head[] = "HTTP/1.1 200 OK\r\n\r\n";
    enum { PART = 1 << 20 };
    char *part = calloc(1, PART);
    struct proxy proxy = proxy_of(false, true);
    struct buf out = {0};
    int count = 0;
    (void)state;
    proxy_pass(&proxy, FROM_SERVER, slice_of(head), &out);
    while (proxy_pass(&proxy, FROM_SERVER, (struct slice){part, PART}, &out) ==
           NULL)
        assert_true(++count < 100);
    proxy_free(&proxy);
    free(part);

    proxy = proxy_of(false, true);
    count = 0;
    while (proxy_pass(&proxy, FROM_CLIENT, slice_of(PLAIN), &out) == NULL)
        assert_true(++count < 100000);
    buf_free(&out);
    proxy_free(&proxy);
}

/* ------------------------------------------------------------- the stage */

/* A client and a server, both raw, and the weather between them. */
struct wire {
    struct stage *stage;
    struct relay *relay;
    int listener;
    int fd; /* that was accepted last; -1 */
};

static struct addrinfo *address_of(int port)
{
    const char *why = NULL;
    char text[8];
    snprintf(text, sizeof text, "%d", port);
    struct addrinfo *address = net_resolve("127.0.0.1", text, &why);
    assert_non_null(address);
    return address;
}

/* Who connects to the stage comes to these addresses through this weather. */
static struct relay *raise(struct stage *stage, const struct faults *faults,
                           struct addrinfo *server)
{
    const char *why = NULL;
    struct relay *relay = relay_new(stage->loop, faults, server);
    stage->port = relay_listen(relay, "0", &why);
    assert_int_not_equal(stage->port, -1);
    return relay;
}

static struct wire wire_with(void **state, const struct faults *faults)
{
    const char *why = NULL;
    struct wire wire = {.stage = *state};
    wire.listener = net_listen("127.0.0.1", "0", &why);
    assert_int_not_equal(wire.listener, -1);
    wire.relay = raise(wire.stage, faults, address_of(net_port(wire.listener)));
    return wire;
}

static void free_wire(struct wire *wire)
{
    relay_free(wire->relay);
    net_close(wire->listener);
}

static bool has_accepted(void *user)
{
    struct wire *wire = user;
    struct net_peer peer;
    wire->fd = net_accept(wire->listener, &peer);
    return wire->fd != -1;
}

/* The server's end of the connection that was made last. */
static struct peer *accepted(struct wire *wire)
{
    peer_turn_until(wire->stage->loop, has_accepted, wire, "for a connection");
    return peer_on(wire->stage, wire->fd);
}

static void expect_reset(struct peer *peer)
{
    peer_expect_gone(peer);
    assert_int_equal(peer->error, ECONNRESET);
}

static bool has_none(void *user)
{
    struct relay *relay = user;
    return relay->passages.first == NULL;
}

static void expect_no_passage(struct wire *wire)
{
    peer_turn_until(wire->stage->loop, has_none, wire->relay,
                    "for the relay to forget the connection");
}

static void fly(struct wire *wire, int64_t ms)
{
    loop_advance(wire->stage->loop, ms);
}

/* ------------------------------------------------------------- passing */

static void bytes_and_both_ends_pass(void **state)
{
    struct wire wire = wire_with(state, &(struct faults){0});
    struct peer *client = peer_new(wire.stage), *server = accepted(&wire);
    peer_say(client, "question");
    peer_expect_next(server, "question");
    peer_end(client);
    peer_expect_end(server);
    peer_say(server, "answer"); /* the connection is only half closed */
    peer_expect_next(client, "answer");
    const struct passage *passage = wire.relay->passages.first;
    assert_non_null(passage);
    assert_int_equal(passage->ends[FROM_CLIENT].watch.interest, 0);
    peer_end(server);
    peer_expect_end(client);
    expect_no_passage(&wire);
    free_wire(&wire);
}

static void a_reset_is_passed_on(void **state)
{
    struct wire wire = wire_with(state, &(struct faults){0});
    struct peer *client = peer_new(wire.stage), *server = accepted(&wire);
    peer_reset(client);
    expect_reset(server);
    client = peer_new(wire.stage);
    server = accepted(&wire);
    peer_say(server, "hello");
    peer_expect_next(client, "hello");
    peer_reset(server);
    expect_reset(client);
    expect_no_passage(&wire);
    free_wire(&wire);
}

static void without_a_server_the_client_is_told(void **state)
{
    struct wire wire = wire_with(state, &(struct faults){0});
    net_close(wire.listener);
    struct peer *client = peer_new(wire.stage);
    peer_expect_end(client);
    expect_no_passage(&wire);
    relay_free(wire.relay);
}

static void the_next_address_of_the_server_is_tried(void **state)
{
    struct wire wire = wire_with(state, &(struct faults){0});
    const char *why = NULL;
    int nobody = net_listen("127.0.0.1", "0", &why);
    struct addrinfo *closed = address_of(net_port(nobody));
    net_close(nobody);
    closed->ai_next = wire.relay->server;
    wire.relay->server = closed;
    struct peer *client = peer_new(wire.stage), *server = accepted(&wire);
    peer_say(client, "here");
    peer_expect_next(server, "here");
    free_wire(&wire);
}

static void whoever_does_not_read_is_not_written_to_for_ever(void **state)
{
    static const char part[64 * 1024];
    struct wire wire = wire_with(state, &(struct faults){0});
    struct peer *client = peer_new(wire.stage), *server = accepted(&wire);
    size_t said = 0;
    for (int quiet = 0; quiet < 20; quiet++) {
        ssize_t sent = send(client->fd, part, sizeof part, MSG_NOSIGNAL);
        if (sent > 0) {
            said += (size_t)sent;
            quiet = 0;
        }
        assert_true(said < 64 << 20);
        assert_int_equal(loop_turn(wire.stage->loop, 0), 0);
    }
    const struct way *way = &wire.relay->passages.first->ends[FROM_CLIENT].way;
    assert_in_range(buf_size(&way->bytes), 1 << 20, (1 << 20) + sizeof part);
    for (size_t got = 0; got < said;) {
        ssize_t size = recv(server->fd, (char[65536]){0}, 65536, 0);
        got += size > 0 ? (size_t)size : 0;
        assert_int_equal(loop_turn(wire.stage->loop, 0), 0);
    }
    peer_expect_silence(server);
    free_wire(&wire);
}

static void the_end_of_the_relay_ends_its_connections(void **state)
{
    struct wire wire = wire_with(state, &(struct faults){.delay_ms = LONG_MS});
    struct peer *client = peer_new(wire.stage), *server = accepted(&wire);
    peer_say(client, "too late");
    peer_settle(wire.stage);
    free_wire(&wire);
    peer_expect_end(client);
    peer_expect_end(server);
}

/* ------------------------------------------------------------- faults */

static void a_delay_holds_bytes_and_the_end(void **state)
{
    struct wire wire = wire_with(state, &(struct faults){.delay_ms = LONG_MS});
    struct peer *client = peer_new(wire.stage), *server = accepted(&wire);
    peer_say(client, "hello");
    peer_end(client);
    peer_expect_silence(server);
    fly(&wire, LONG_MS / 2);
    peer_expect_silence(server);
    fly(&wire, LONG_MS / 2);
    peer_expect_next(server, "hello");
    peer_expect_end(server);
    free_wire(&wire);
}

/* Numbers that a byte in the wrong place would disturb. */
static void fill_with_numbers(char *text, size_t size)
{
    for (size_t i = 0; i + 8 < size; i += 8)
        snprintf(text + i, 9, "%08zu", i);
}

static void turn_until_got(struct wire *wire, struct peer *peer, size_t size)
{
    for (int i = 0; buf_size(&peer->got) < size; i++) {
        assert_true(i < 100000);
        fly(wire, 5);
        assert_int_equal(loop_turn(wire->stage->loop, 0), 0);
        peer_expect_no(peer, "\x7f"); /* receives */
    }
    assert_int_equal(buf_size(&peer->got), size);
}

static void all_bytes_arrive_in_order_in_any_weather(void **state)
{
    enum { SIZE = 8001 };
    char up[SIZE] = "", down[SIZE] = "";
    struct wire wire = wire_with(state, &(struct faults){.delay_ms = 30,
                                                         .jitter_ms = 29,
                                                         .rate = 2000,
                                                         .chunk = 7,
                                                         .seed = 3});
    struct peer *client = peer_new(wire.stage), *server = accepted(&wire);
    fill_with_numbers(up, SIZE);
    fill_with_numbers(down, SIZE);
    down[0] = 'x';
    peer_say(client, up);
    peer_say(server, down);
    peer_end(client);
    turn_until_got(&wire, server, SIZE - 1);
    turn_until_got(&wire, client, SIZE - 1);
    peer_expect_next(server, up);
    peer_expect_next(client, down);
    fly(&wire, LONG_MS);
    peer_expect_end(server);
    free_wire(&wire);
}

static void a_cut_comes_at_exactly_that_byte(void **state)
{
    struct moment cut = {AT_BYTES, 7};
    struct wire wire = wire_with(state, &(struct faults){.cut = cut});
    struct peer *client = peer_new(wire.stage), *server = accepted(&wire);
    peer_say(client, "abc");
    peer_expect_next(server, "abc");
    peer_say(server, "defghi");
    peer_expect_next(client, "defg");
    expect_reset(server);
    peer_turn_until(wire.stage->loop, has_none, wire.relay, "for the cut");
    peer_expect_no(client, "h");
    expect_reset(client);
    free_wire(&wire);
}

static void a_cut_after_no_byte_comes_at_once(void **state)
{
    struct moment cut = {AT_BYTES, 0};
    struct wire wire = wire_with(state, &(struct faults){.cut = cut});
    expect_reset(peer_new(wire.stage));
    free_wire(&wire);
}

static void a_cut_comes_at_its_time(void **state)
{
    struct moment cut = {AT_MS, LONG_MS};
    struct wire wire = wire_with(state, &(struct faults){.cut = cut});
    struct peer *client = peer_new(wire.stage), *server = accepted(&wire);
    peer_say(client, "abc");
    peer_expect_next(server, "abc");
    peer_expect_silence(client);
    fly(&wire, LONG_MS);
    expect_reset(client);
    expect_reset(server);
    free_wire(&wire);
}

/* Whatever they do now, the other one hears nothing, and the loop sleeps. */
static void expect_frozen(struct wire *wire, struct peer *client,
                          struct peer *server)
{
    peer_say(server, "are you there?");
    peer_say(client, "and you?");
    peer_expect_silence(client);
    peer_expect_silence(server);
    peer_end(client);
    peer_expect_silence(server);
    peer_reset(client);
    fly(wire, 10 * LONG_MS);
    peer_expect_silence(server);
    const struct end *ends = wire->relay->passages.first->ends;
    assert_int_equal(ends[FROM_CLIENT].watch.interest, 0);
    assert_int_equal(ends[FROM_SERVER].watch.interest, 0);
}

static void from_a_freeze_on_nothing_passes(void **state)
{
    struct moment freeze = {AT_BYTES, 4};
    struct wire wire = wire_with(state, &(struct faults){.freeze = freeze});
    struct peer *client = peer_new(wire.stage), *server = accepted(&wire);
    peer_say(client, "abcdef");
    peer_expect_next(server, "abcd");
    expect_frozen(&wire, client, server);
    free_wire(&wire);
}

static void a_freeze_comes_at_its_time_and_what_waits_stays(void **state)
{
    struct moment freeze = {AT_MS, LONG_MS};
    struct wire wire = wire_with(state, &(struct faults){
                                            .freeze = freeze,
                                            .delay_ms = 2 * LONG_MS,
                                        });
    struct peer *client = peer_new(wire.stage), *server = accepted(&wire);
    peer_say(client, "on its way");
    peer_settle(wire.stage);
    fly(&wire, LONG_MS);
    peer_settle(wire.stage);
    expect_frozen(&wire, client, server);
    free_wire(&wire);
}

static void what_is_frozen_can_still_be_cut(void **state)
{
    struct faults faults = {.freeze = {AT_BYTES, 0}, .cut = {AT_MS, LONG_MS}};
    struct wire wire = wire_with(state, &faults);
    struct peer *client = peer_new(wire.stage), *server = accepted(&wire);
    peer_say(client, "hello?");
    peer_expect_silence(server);
    fly(&wire, LONG_MS);
    expect_reset(server);
    expect_reset(client);
    free_wire(&wire);
}

static void what_was_kept_comes_before_the_end(void **state)
{
    static const char head[] = "HTTP/1.1 200 OK\r\n\r\n";
    struct wire wire =
        wire_with(state, &(struct faults){.buffers_responses = true});
    struct peer *client = peer_new(wire.stage), *server = accepted(&wire);
    peer_say(server, head);
    peer_say(server, "data: 1");
    peer_expect_silence(client);
    peer_end(server);
    peer_expect_next(client, head);
    peer_expect_next(client, "data: 1");
    peer_expect_end(client);
    free_wire(&wire);
}

static void more_than_can_be_kept_breaks_the_connection(void **state)
{
    struct wire wire =
        wire_with(state, &(struct faults){.buffers_responses = true});
    struct peer *client = peer_new(wire.stage), *server = accepted(&wire);
    struct buf requests = {0};
    for (int i = 0; i < 2000; i++)
        buf_append_text(&requests, PLAIN);
    peer_say_bytes(client, buf_head(&requests), buf_size(&requests));
    buf_free(&requests);
    expect_reset(server);
    expect_reset(client);
    free_wire(&wire);
}

static void who_comes_again_gets_through(void **state)
{
    struct faults faults = {.fail_percent = 100, .only = 2};
    struct wire wire = wire_with(state, &faults);
    expect_reset(peer_new(wire.stage));
    expect_reset(peer_new(wire.stage));
    struct peer *client = peer_new(wire.stage), *server = accepted(&wire);
    peer_say(client, "at last");
    peer_expect_next(server, "at last");
    free_wire(&wire);
}

static void the_weather_may_be_for_one_connection_in_the_middle(void **state)
{
    struct faults faults = {.fail_percent = 100, .skip = 1, .only = 1};
    struct wire wire = wire_with(state, &faults);
    struct peer *first = peer_new(wire.stage), *server = accepted(&wire);
    expect_reset(peer_new(wire.stage));
    struct peer *third = peer_new(wire.stage), *again = accepted(&wire);
    peer_say(first, "before");
    peer_expect_next(server, "before");
    peer_say(third, "after");
    peer_expect_next(again, "after");
    free_wire(&wire);
}

static void
an_outage_resets_all_and_whoever_comes_until_it_is_over(void **state)
{
    struct faults faults = {.outage_ms = LONG_MS, .skip = 9};
    struct wire wire = wire_with(state, &faults);
    struct peer *client = peer_new(wire.stage), *server = accepted(&wire);
    struct peer *other = peer_new(wire.stage), *second = accepted(&wire);
    passages_break(&wire.relay->passages);
    expect_reset(client);
    expect_reset(server);
    expect_reset(other);
    expect_reset(second);
    expect_reset(peer_new(wire.stage));
    fly(&wire, LONG_MS - LONG_MS / 4);
    expect_reset(peer_new(wire.stage));
    fly(&wire, LONG_MS / 4);
    client = peer_new(wire.stage);
    server = accepted(&wire);
    peer_say(client, "well again");
    peer_expect_next(server, "well again");
    free_wire(&wire);
}

static void an_outage_without_a_length_only_resets(void **state)
{
    struct faults faults = {.freeze = {AT_BYTES, 0}, .only = 1};
    struct wire wire = wire_with(state, &faults);
    struct peer *frozen = peer_new(wire.stage), *server = accepted(&wire);
    passages_break(&wire.relay->passages);
    expect_reset(frozen);
    expect_reset(server);
    struct peer *client = peer_new(wire.stage);
    server = accepted(&wire);
    peer_say(client, "hello");
    peer_expect_next(server, "hello");
    free_wire(&wire);
}

/* ------------------------------------------------------------- our server */

static struct relay *before_our_server(struct stage *stage,
                                       const struct faults *faults)
{
    return raise(stage, faults, address_of(stage->port));
}

static void a_websocket_opens_byte_by_byte(void **state)
{
    struct stage *stage = *state;
    struct relay *relay = before_our_server(
        stage, &(struct faults){.chunk = 1, .buffers_responses = true});
    struct peer *peer = peer_new(stage);
    peer_upgrade(peer, "/echo");
    peer_say_frame(peer, WS_TEXT, "in small pieces");
    peer_expect_message(peer, "in small pieces");
    relay_free(relay);
}

static void without_upgrade_the_server_refuses_and_stays(void **state)
{
    struct stage *stage = *state;
    struct relay *relay =
        before_our_server(stage, &(struct faults){.strips_upgrade = true});
    struct peer *peer = peer_new(stage);
    char two[1024];
    snprintf(two, sizeof two,
             "%sGET /healthz HTTP/1.1\r\nHost: x\r\nUpgrade: w\r\n\r\n",
             peer_handshake("/websocket"));
    peer_say(peer, two);
    peer_expect_head(peer, 426);
    peer_expect(peer, "HTTP/1.1 200 OK");
    peer_expect(peer, "ok\n");
    peer_post(peer, "/polling", "hello");
    peer_say(peer, peer_handshake("/echo"));
    peer_expect(peer, "HTTP/1.1 426 ");
    relay_free(relay);
}

static void a_stream_never_comes_but_an_answer_does(void **state)
{
    struct stage *stage = *state;
    struct relay *relay =
        before_our_server(stage, &(struct faults){.buffers_responses = true});
    struct peer *stream = peer_new(stage), *peer = peer_new(stage);
    peer_get(stream, "/streaming");
    peer_post(peer, "/polling", "hello");
    peer_get(peer, "/polling?after=0");
    peer_expect_head(peer, 200);
    peer_expect(peer, "hello");
    peer_expect_silence(stream);
    server_shutdown(stage->server);
    peer_expect(stream, "hello");
    relay_free(relay);
}

int main(void)
{
    const struct CMUnitTest alone[] = {
        cmocka_unit_test(in_fair_weather_everything_leaves_at_once),
        cmocka_unit_test(each_arrival_waits_the_delay_and_so_does_the_end),
        cmocka_unit_test(pieces_are_no_longer_than_the_chunk),
        cmocka_unit_test(what_the_kernel_does_not_take_stays_due),
        cmocka_unit_test(at_a_rate_bytes_leave_when_they_would_have_been_sent),
        cmocka_unit_test(a_slow_rate_is_kept_to_the_byte),
        cmocka_unit_test(
            jitter_stays_in_its_bounds_and_comes_again_with_the_seed),
        cmocka_unit_test(jitter_longer_than_the_delay_does_not_reach_the_past),
        cmocka_unit_test(a_way_is_full_by_bytes_or_by_arrivals),
        cmocka_unit_test(the_seed_chooses_which_connections_fail),
        cmocka_unit_test(the_wish_for_an_upgrade_is_taken_out),
        cmocka_unit_test(a_request_without_the_wish_stays_as_it_was),
        cmocka_unit_test(pipelined_requests_and_their_bodies_pass),
        cmocka_unit_test(what_is_no_http_passes_as_it_is),
        cmocka_unit_test(a_response_is_kept_until_it_is_complete),
        cmocka_unit_test(
            a_response_without_an_end_comes_when_the_connection_ends),
        cmocka_unit_test(behind_a_101_nothing_is_kept),
        cmocka_unit_test(what_a_peer_can_make_us_keep_is_bounded),
    };
    struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_and_both_ends_pass),
        cmocka_unit_test(a_reset_is_passed_on),
        cmocka_unit_test(without_a_server_the_client_is_told),
        cmocka_unit_test(the_next_address_of_the_server_is_tried),
        cmocka_unit_test(whoever_does_not_read_is_not_written_to_for_ever),
        cmocka_unit_test(the_end_of_the_relay_ends_its_connections),
        cmocka_unit_test(a_delay_holds_bytes_and_the_end),
        cmocka_unit_test(all_bytes_arrive_in_order_in_any_weather),
        cmocka_unit_test(a_cut_comes_at_exactly_that_byte),
        cmocka_unit_test(a_cut_after_no_byte_comes_at_once),
        cmocka_unit_test(a_cut_comes_at_its_time),
        cmocka_unit_test(from_a_freeze_on_nothing_passes),
        cmocka_unit_test(a_freeze_comes_at_its_time_and_what_waits_stays),
        cmocka_unit_test(what_is_frozen_can_still_be_cut),
        cmocka_unit_test(what_was_kept_comes_before_the_end),
        cmocka_unit_test(more_than_can_be_kept_breaks_the_connection),
        cmocka_unit_test(who_comes_again_gets_through),
        cmocka_unit_test(the_weather_may_be_for_one_connection_in_the_middle),
        cmocka_unit_test(
            an_outage_resets_all_and_whoever_comes_until_it_is_over),
        cmocka_unit_test(an_outage_without_a_length_only_resets),
        cmocka_unit_test(a_websocket_opens_byte_by_byte),
        cmocka_unit_test(without_upgrade_the_server_refuses_and_stays),
        cmocka_unit_test(a_stream_never_comes_but_an_answer_does),
    };
    return cmocka_run_group_tests_name("weather, alone", alone, NULL, NULL) +
           peer_run("weather", tests, sizeof tests / sizeof *tests);
}
