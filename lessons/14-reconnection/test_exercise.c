/* test_exercise.c -- does the client come back as exercise.h says? On a virtual
 * clock, with a network that can be cut between any two messages. */
#include <stdio.h>
#include <string.h>

#include "lessons/14-reconnection/exercise.h"
#include "lessons/kit/grade.h"

enum {
    FIRST_MS = 100,
    MOST_MS = 5000,
    MESSAGES = 40,
    SHOWN_MAX = 4 * MESSAGES,
    TEXT_SIZE = 32,
    LISTENERS_MAX = 8,
};

/* The network, the server behind it, and what the user sees. */
struct network {
    struct client client;
    int listener_count;
    bool is_down; /* tries fail */
    uint64_t instance;
    uint64_t newest; /* messages that the server has: 1 to this */
    uint64_t sent;   /* up to here on this connection */

    int connect_count; /* tries */
    uint64_t asked_after, asked_instance;
    int wait_ms; /* -1: no timer is set */
    int shown_count;
    char shown[SHOWN_MAX][TEXT_SIZE];
};

void network_listen(struct network *network, struct client *client)
{
    (void)client;
    if (network->listener_count < LISTENERS_MAX)
        network->listener_count++;
}

void network_connect(struct network *network, uint64_t after, uint64_t instance)
{
    network->connect_count++;
    network->asked_after = after;
    network->asked_instance = instance;
}

void network_set_timer(struct network *network, int wait_ms)
{
    network->wait_ms = wait_ms;
}

void network_show(struct network *network, const char *text)
{
    if (network->shown_count < SHOWN_MAX)
        snprintf(network->shown[network->shown_count++], TEXT_SIZE, "%s", text);
}

static void send(struct network *network, uint64_t number, const char *text)
{
    for (int i = 0; i < network->listener_count; i++)
        client_hear(&network->client, number, text);
}

/* What the client does not have, up to a message. */
static void send_up_to(struct network *network, uint64_t last)
{
    char text[TEXT_SIZE];
    for (; network->sent < last; network->sent++) {
        snprintf(text, sizeof text, "message %d", (int)network->sent + 1);
        send(network, network->sent + 1, text);
    }
}

static void accept_client(struct network *network)
{
    network->sent =
        network->asked_instance == network->instance ? network->asked_after : 0;
    client_connected(&network->client, network->instance);
}

static struct network new_network(void)
{
    return (struct network){
        .client = {.first_ms = FIRST_MS, .most_ms = MOST_MS},
        .instance = 1000,
        .wait_ms = -1,
    };
}

static void start(struct network *network)
{
    network->client.network = network;
    client_start(&network->client);
    expect_written(network->connect_count > 0, "client_start()");
    accept_client(network);
}

/* How long the client waits behind a cut. */
static int cut(struct network *network, uint32_t random)
{
    network->wait_ms = -1;
    client_cut(&network->client, random);
    expect_written(network->wait_ms != -1, "client_cut()");
    return network->wait_ms;
}

/* Cut, wait and come back. */
static void come_back(struct network *network)
{
    int tries = network->connect_count;
    cut(network, 0);
    client_due(&network->client);
    expect_written(network->connect_count > tries, "client_due()");
    accept_client(network);
}

static void expect_shown(const struct network *network, int at,
                         const char *text)
{
    if (network->shown_count <= at)
        lose("\"%s\" was not shown", text);
    expect_text("what is shown next", slice_of(network->shown[at]), text);
}

/* Every message once, in order, and nothing else. */
static void expect_messages(const struct network *network, int count)
{
    char text[TEXT_SIZE];
    for (int i = 0; i < count; i++) {
        snprintf(text, sizeof text, "message %d", i + 1);
        expect_shown(network, i, text);
    }
    expect_number("the number of messages shown", network->shown_count, count);
}

/* ------------------------------------------------------ the tests */

static void it_connects_and_shows(void)
{
    struct network network = new_network();
    story("the client starts");
    start(&network);
    expect_number("the number of tries", network.connect_count, 1);
    expect_number("the number that it asks behind",
                  (long long)network.asked_after, 0);
    story("the server sends 3 messages");
    send_up_to(&network, 3);
    expect_written(network.shown_count > 0, "client_hear()");
    expect_messages(&network, 3);
}

static void waits_double(void)
{
    struct network network = new_network();
    int right_ms = FIRST_MS;
    start(&network);
    for (int failure = 1; failure <= 200; failure++) {
        int wait_ms = cut(&network, UINT32_MAX);
        if (failure <= 8 || failure == 200)
            story("failure %d in a row; the wait with the largest random number"
                  " is %d ms",
                  failure, wait_ms);
        expect_number("the longest wait", wait_ms, right_ms);
        right_ms = right_ms > MOST_MS / 2 ? MOST_MS : 2 * right_ms;
    }
    expect_number("the wait with the smallest random number", cut(&network, 0),
                  0);
}

static void success_resets(void)
{
    struct network network = new_network();
    start(&network);
    for (int i = 0; i < 6; i++)
        cut(&network, UINT32_MAX);
    story("6 failures in a row, then a try goes well, then it is cut");
    client_due(&network.client);
    accept_client(&network);
    expect_number("the longest wait", cut(&network, UINT32_MAX), FIRST_MS);
}

static void clients_are_spread(void)
{
    enum { CLIENTS = 100, PARTS = 10 };
    int counts[PARTS] = {0};
    for (uint32_t i = 0; i < CLIENTS; i++) {
        struct network network = new_network();
        start(&network);
        int wait_ms = cut(&network, i * (UINT32_MAX / CLIENTS));
        expect_between("the first wait", wait_ms, 0, FIRST_MS);
        counts[wait_ms * PARTS / (FIRST_MS + 1)]++;
    }
    story("the server is restarted; %d clients are cut in the same millisecond",
          CLIENTS);
    for (int i = 0; i < PARTS; i++)
        expect_between("how many come back in one tenth of the time", counts[i],
                       CLIENTS / PARTS / 2, 2 * CLIENTS / PARTS);
}

static void nothing_is_lost_or_repeated(void)
{
    for (uint64_t at = 0; at <= MESSAGES; at++) {
        struct network network = new_network();
        start(&network);
        send_up_to(&network, at);
        story("%d messages, then a cut, and %d that are said meanwhile",
              (int)at, MESSAGES - (int)at);
        come_back(&network);
        expect_number("the number that it asks behind",
                      (long long)network.asked_after, (long long)at);
        expect_number("the instance that it names",
                      (long long)network.asked_instance, 1000);
        send_up_to(&network, MESSAGES);
        expect_messages(&network, MESSAGES);
    }
}

static void what_is_sent_again_is_not_shown_again(void)
{
    struct network network = new_network();
    start(&network);
    send_up_to(&network, 7);
    story("7 messages, then a cut; the server is not sure of the last 2");
    come_back(&network);
    network.sent = 5;
    send_up_to(&network, 9);
    expect_messages(&network, 9);
}

static void handlers_are_set_once(void)
{
    struct network network = new_network();
    start(&network);
    for (int i = 0; i < 3; i++)
        come_back(&network);
    send_up_to(&network, 1);
    expect_written(network.shown_count > 0, "client_hear()");
    story("3 cuts and a message; then somebody types, which has no number");
    send(&network, 0, "Ann is typing");
    expect_number("how often \"Ann is typing\" is shown",
                  network.shown_count - 1, 1);
}

static void another_server_counts_anew(void)
{
    struct network network = new_network();
    start(&network);
    send_up_to(&network, 7);
    story("7 messages, then the server is restarted and counts anew");
    network.instance = 2000;
    come_back(&network);
    send(&network, 1, "a new 1");
    send(&network, 2, "a new 2");
    expect_shown(&network, 7, "a new 1");
    expect_shown(&network, 8, "a new 2");
    story("a cut");
    come_back(&network);
    expect_number("the number that it asks behind",
                  (long long)network.asked_after, 2);
    expect_number("the instance that it names",
                  (long long)network.asked_instance, 2000);
}

static const struct graded_test tests[] = {
    {"it connects at once and shows what it hears",
     10,
     it_connects_and_shows,
     {"what has to be done before the first message can come?",
      "listen, then connect; a message is shown by network_show()",
      "network_listen(client->network, client); client_due(client);"},
     "build/client websocket http://127.0.0.1:8080 -r"},
    {"each failure doubles the bound of the wait, up to the longest",
     20,
     waits_double,
     {"what has to be remembered from one failure to the next?",
      "compare before you double, or the number is negative by the 25th",
      "(int)(random * ((uint64_t)bound_ms + 1) >> 32)"},
     NULL},
    {"after a success the waits are short again",
     10,
     success_resets,
     {"where does the client hear that a try went well?",
      "failures in a row: a success ends the row", "client->failures = 0;"},
     NULL},
    {"a hundred clients do not come back at the same moment",
     15,
     clients_are_spread,
     {"what happens to a server that was away for a second?",
      "the random number chooses from all of the wait, 0 included",
      "take the high bits of random * choices, not random % something"},
     "make lesson-14"},
    {"a cut between any two messages loses none and repeats none",
     15,
     nothing_is_lost_or_repeated,
     {"what does a server have to know to go on where it was?",
      "the number of the last message that was shown, and who counted it",
      "network_connect(network, client->after, client->instance);"},
     "curl 'http://127.0.0.1:8080/polling?after=7'"},
    {"what the server sends again is not shown again",
     5,
     what_is_sent_again_is_not_shown_again,
     {"how do you know a message that you have shown before?",
      "numbers only grow: one that is not larger is known",
      "if (number != 0 && number <= client->after) return;"},
     NULL},
    {"after three cuts an event is still shown once",
     15,
     handlers_are_set_once,
     {"how often is client_connected() called, and how often client_start()?",
      "who listens at each connection hears everything once more each time",
      "network_listen() in client_start() and nowhere else; number 0 is always "
      "shown"},
     NULL},
    {"a restarted server counts anew, and is heard",
     10,
     another_server_counts_anew,
     {"what does \"after 7\" mean to a server that has counted to 2?",
      "keep the instance with the number, and forget both together",
      "if (client->instance != instance) client->after = 0;"},
     NULL},
    {0},
};

int main(void)
{
    return grade("14-reconnection", tests);
}
