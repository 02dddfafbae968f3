/* engineio_mode.c -- the mode engineio: lines are messages of a session. */
#include "client/engineio.h"
#include "client/role.h"
#include "common/limits.h"

struct mode {
    struct eio_config config;
    struct eio_session *session; /* NULL: none */
};

/* ------------------------------------------------------ messages */

static void publish(struct listener *listener)
{
    struct mode *mode = listener->session;
    while (listener->outbox.count > 0 && listener->state == LISTENER_OPEN &&
           eio_is_writable(mode->session)) {
        eio_send(mode->session, false, outbox_first(&listener->outbox));
        listener_published(listener);
    }
}

static void on_open(struct eio_session *session)
{
    listener_opened(session->user, &(struct http_head){0});
}

static void on_message(struct eio_session *session, bool is_binary,
                       struct slice data)
{
    struct listener *listener = session->user;
    if (listener->options->is_echo)
        eio_send(session, is_binary, data);
    else
        listener_heard_raw(listener, data, is_binary);
}

static void on_drained(struct eio_session *session)
{
    publish(session->user);
}

static void on_closed(struct eio_session *session)
{
    struct listener *listener = session->user;
    struct mode *mode = listener->session;
    if (mode->session != session)
        return;
    mode->session = NULL;
    listener_failed(listener, session->outcome, session->why);
}

/* ------------------------------------------------------ its life */

static void start(struct listener *listener)
{
    static const struct eio_handler handler = {
        .on_open = on_open,
        .on_message = on_message,
        .on_drained = on_drained,
        .on_closed = on_closed,
    };
    struct mode *mode = listener->session;
    const struct url *url = listener->url;
    bool has_path = !slice_is(url->path, "/");
    mode->config = (struct eio_config){
        .http = listener->config,
        .path = has_path ? url->path : slice_of(listener->technique->path),
        .query = url->query,
        .transports = listener->options->transports,
    };
    mode->session =
        eio_open(&listener->conns, &mode->config, &handler, listener);
}

static void stop(struct listener *listener)
{
    struct mode *mode = listener->session;
    eio_close(mode->session, CLOSING_MS);
}

static void end(struct listener *listener)
{
    struct mode *mode = listener->session;
    if (mode->session != NULL)
        eio_drop(mode->session);
    mode->session = NULL;
}

/* The session has clients of its own. */
static const struct client_handler nobody = {0};

const struct technique engineio = {
    .name = "engineio",
    .path = "/engine.io/",
    .session_size = sizeof(struct mode),
    .receiver = &nobody,
    .start = start,
    .end = end,
    .publish = publish,
    .stop = stop,
};
