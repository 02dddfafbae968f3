/* websocket_checks.c -- a WebSocket as pages have it (WebSockets Standard). */
#include "tests/browser/trial.h"

static void text_goes_both_ways(struct trial *trial)
{
    static const char all[] =
        "messages.first(2).then(() => "
        "messages.items.map(JSON.parse).map(brief).join(' '))";
    trial_expect(trial, "connect('/websocket')", "open");
    trial_expect(trial, "send('Grüße 😀')", "sent");
    trial_await_metric(trial, "\nmessages_published_total 1\n");
    trial_publish(trial, "žluťoučký kůň");
    trial_expect(trial, all, "1:Grüße 😀 2:žluťoučký kůň");
    trial_expect_answer(trial, &trial->server, "/polling",
                        "\"text\":\"Grüße 😀\"");
}

/* At the borders of the three lengths of a length (RFC 6455, 5.2), and longer
 * than what is read at once. */
static void texts_return(struct trial *trial)
{
    trial_expect(trial, "connect('/echo')", "open");
    trial_expect(trial, "echo('')", "same text of 0");
    trial_expect(trial, "echo('x'.repeat(125))", "same text of 125");
    trial_expect(trial, "echo('x'.repeat(126))", "same text of 126");
    trial_expect(trial, "echo('x'.repeat(65536))", "same text of 65536");
    trial_expect(trial, "echo('x'.repeat(70000))", "same text of 70000");
    trial_expect(trial, "echo('x'.repeat(1 << 20))", "same text of 1048576");
    trial_expect(trial, "echo('xéก😀'.repeat(1e5))", "same text of 500000");
}

static void bytes_return(struct trial *trial)
{
    trial_expect(trial, "connect('/echo')", "open");
    trial_expect(trial, "echo(bytes(0))", "same bytes, 0");
    trial_expect(trial, "echo(bytes(70000))", "same bytes, 70000");
    trial_expect(trial, "echo(bytes(1 << 20))", "same bytes, 1048576");
}

static void subprotocol_is_agreed(struct trial *trial)
{
    trial_expect(trial, "connect('/echo', ['other', 'echo'])", "open");
    trial_expect(trial, "socket.protocol", "echo");
    trial_expect(trial, "echo('hello')", "same text of 5");
}

static void close_is_clean(struct trial *trial)
{
    trial_expect(trial, "connect('/echo')", "open");
    trial_expect(trial, "close(1000, 'done')", "1000 clean");
}

static void shutdown_is_said(struct trial *trial)
{
    trial_expect(trial, "connect('/websocket')", "open");
    trial_ask_to_end(trial);
    trial_expect(trial, "ends.first(1)", "1001 clean");
}

const struct check websocket_checks[] = {
    {"text goes both ways over a WebSocket, whatever its letters",
     text_goes_both_ways, NULL, NULL},
    {"texts of all lengths up to 1 MiB return from /echo", texts_return, NULL,
     NULL},
    {"an ArrayBuffer of up to 1 MiB returns from /echo", bytes_return, NULL,
     NULL},
    {"the subprotocol that both know is chosen", subprotocol_is_agreed, NULL,
     NULL},
    {"close(1000) is answered: a clean end with code 1000", close_is_clean,
     NULL, NULL},
    {"a server that shuts down says so: a clean end with code 1001",
     shutdown_is_said, NULL, NULL},
    {0},
};
