#include "client/transfer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client/interrupt.h"
#include "client/output.h"
#include "common/http_write.h"
#include "common/limits.h"
#include "common/log.h"

struct transfer {
    const struct options *options;
    struct conn_set conns;
    struct client_config config;
    struct client client;
    struct output output;
    struct interrupt interrupt;
    uint64_t requests, connections;
    int status;
    enum outcome outcome;
};

static void end(struct transfer *transfer, enum outcome outcome)
{
    transfer->outcome = outcome;
    client_close(&transfer->client);
    loop_stop(transfer->conns.loop);
}

static void say(const struct transfer *transfer, enum outcome outcome,
                const char *why)
{
    bool by_command = transfer->config.proxy_command != NULL;
    const char *remedy = outcome_remedy(outcome, by_command);
    if (outcome == OUTCOME_BROKEN)
        remedy = "try again, or -v shows what came";
    else if (outcome == OUTCOME_HTTP_ERROR)
        remedy = status_remedy(transfer->status);
    log_error("client: %s: %s; %s", transfer->options->url_text, why, remedy);
}

/* ------------------------------------------------------ the answer */

static void on_head(struct client *client, const struct http_response *response)
{
    struct transfer *transfer = client->user;
    transfer->status = response->status;
}

static void on_piece(struct client *client, struct slice piece)
{
    struct transfer *transfer = client->user;
    output_bytes(&transfer->output, piece);
}

static void on_done(struct client *client)
{
    struct transfer *transfer = client->user;
    char why[64];
    if (transfer->status < 400) {
        end(transfer, OUTCOME_DONE);
        return;
    }
    snprintf(why, sizeof why, "the server answered %d %s", transfer->status,
             http_reason(transfer->status));
    say(transfer, OUTCOME_HTTP_ERROR, why);
    end(transfer, OUTCOME_HTTP_ERROR);
}

static void on_failed(struct client *client, enum outcome outcome,
                      const char *why)
{
    struct transfer *transfer = client->user;
    say(transfer, outcome, why);
    end(transfer, outcome);
}

static void on_broken_output(struct output *output, enum outcome outcome)
{
    end(CONTAINER(output, struct transfer, output), outcome);
}

static void on_interrupt(struct interrupt *interrupt, enum outcome outcome)
{
    struct transfer *transfer =
        CONTAINER(interrupt, struct transfer, interrupt);
    bool is_late = outcome == OUTCOME_TIMEOUT;
    log_error("client: %s: %s", transfer->options->url_text,
              is_late ? "the time of --max-time is over" : "interrupted");
    end(transfer, is_late ? OUTCOME_TIMEOUT : OUTCOME_OTHER);
}

/* ------------------------------------------------------ the request */

/* All of standard input, if --data says nothing. Blocks; false: it is no
 * use. */
static bool read_body(const struct options *options, struct buf *body)
{
    enum { PIECE_SIZE = 64 * 1024 };
    uint32_t max = options->listener.max_message;
    ssize_t got = 0;
    buf_append_text(body, options->data != NULL ? options->data : "");
    while (options->data == NULL && buf_size(body) <= MESSAGE_MAX &&
           (got = read(STDIN_FILENO, buf_room(body, PIECE_SIZE), PIECE_SIZE)) >
               0)
        buf_added(body, (size_t)got);
    if (got == -1)
        log_error("client: standard input: %s", strerror(errno));
    else if (buf_size(body) > (max > 0 ? max : MESSAGE_MAX))
        log_error("client: the body is too long: see --max-message");
    else
        return true;
    return false;
}

static void ask(struct transfer *transfer, const char *method,
                const struct buf *body)
{
    struct slice text = {0};
    struct buf target = {0};
    url_target(&transfer->options->url, &target);
    client_begin(&transfer->client, method, buf_slice(&target));
    client_add_field(&transfer->client, "Accept", slice_of("*/*"));
    if (body != NULL) {
        client_add_field(&transfer->client, "Content-Type",
                         slice_of("text/plain; charset=utf-8"));
        text = buf_size(body) > 0 ? buf_slice(body) : slice_of("");
    }
    client_send(&transfer->client, text, ANSWER_MS);
    buf_free(&target);
}

static void start(struct transfer *transfer, struct loop *loop)
{
    static const struct client_handler handler = {
        .on_head = on_head,
        .on_piece = on_piece,
        .on_done = on_done,
        .on_failed = on_failed,
    };
    const struct options *options = transfer->options;
    transfer->conns.loop = loop;
    transfer->config = (struct client_config){
        .url = &options->url,
        .fields = options->fields,
        .proxy_command = options->listener.proxy_command,
        .requests = &transfer->requests,
        .connections = &transfer->connections,
    };
    output_start(&transfer->output, loop, false, on_broken_output);
    interrupt_start(&transfer->interrupt, loop, options->max_time_ms,
                    on_interrupt);
    client_init(&transfer->client, &transfer->conns, &transfer->config,
                &handler, transfer);
}

enum outcome transfer_run(const struct options *options, bool is_post,
                          struct loop *loop)
{
    struct transfer transfer = {.options = options};
    struct buf body = {0};
    if (is_post && !read_body(options, &body)) {
        buf_free(&body);
        return OUTCOME_OTHER;
    }
    start(&transfer, loop);
    ask(&transfer, is_post ? "POST" : "GET", is_post ? &body : NULL);
    if (loop_run(loop) == -1)
        end(&transfer, OUTCOME_OTHER);
    output_stop(&transfer.output);
    client_free(&transfer.client);
    interrupt_stop(&transfer.interrupt);
    buf_free(&body);
    return transfer.outcome;
}
