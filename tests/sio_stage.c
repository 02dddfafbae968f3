#include "tests/sio_stage.h"

#include <stdio.h>
#include <string.h>

#include "server/application.h"

static struct buf noted;
static struct sio_socket *newest;

struct stage *with_application(void **state)
{
    struct stage *stage = *state;
    forget_notes();
    newest = NULL;
    application_start(io_of(stage));
    return stage;
}

/* ------------------------------------------------------------- clients */

struct peer *open_client(struct stage *stage)
{
    struct peer *peer = peer_new(stage);
    peer_upgrade(peer, SIO_WEBSOCKET);
    peer_expect_message(peer, "0{\"sid\":\"");
    return peer;
}

struct peer *join_client(struct stage *stage, const char *name)
{
    char packet[128];
    struct peer *peer = open_client(stage);
    snprintf(packet, sizeof packet, "40%s", strcmp(name, "/") ? name : "");
    say(peer, packet);
    snprintf(packet, sizeof packet, "40%s{\"sid\":\"",
             strcmp(name, "/") ? name : "");
    expect(peer, packet);
    return peer;
}

/* ------------------------------------------------------------- sockets */

struct sio_socket *join_socket(struct stage *stage, struct peer **peer)
{
    struct sio_namespace *nsp = sio_of(io_of(stage), "/test");
    if (nsp->hooks == NULL)
        sio_on_connection(nsp, note_socket, NULL);
    *peer = join_client(stage, "/test,");
    return newest;
}

struct sio_socket *newest_socket(void)
{
    return newest;
}

/* ------------------------------------------------------------- notes */

void note(const char *text)
{
    note_slice(slice_of(text));
}

void note_slice(struct slice text)
{
    buf_append_slice(&noted, text);
    buf_append_text(&noted, ";");
}

void assert_noted(struct stage *stage, const char *expected)
{
    peer_settle(stage);
    buf_append(&noted, "", 1);
    assert_string_equal((char *)buf_head(&noted), expected);
    forget_notes();
}

void forget_notes(void)
{
    buf_free(&noted);
}

void note_event(struct sio_socket *socket, const struct sio_event *event,
                void *user)
{
    (void)socket;
    note(user != NULL ? user : "event");
    note_slice(event->name);
    note_slice(event->args.json);
}

void note_disconnect(struct sio_socket *socket, const char *reason, void *user)
{
    (void)user;
    assert_int_not_equal(socket->state, SIO_JOINED);
    note(reason);
}

void note_socket(struct sio_socket *socket, void *user)
{
    (void)user;
    newest = socket;
    sio_on_disconnect(socket, note_disconnect, NULL);
}

void note_answer(struct sio_socket *socket, const struct sio_args *answer,
                 void *user)
{
    assert_non_null(socket);
    note(user != NULL ? user : "answer");
    note_slice(answer != NULL ? answer->json : slice_of("none"));
}

const char *refuse_or_note(struct sio_socket *socket, struct buf *data,
                           void *user)
{
    note(user);
    sio_emit(socket, "too early", args_of("1"));
    sio_join(socket, slice_of("blue"));
    if (!slice_is(sio_auth(socket), "{\"bad\":1}"))
        return NULL;
    buf_append_text(data, "{\"code\":401,\"detail\":\"é😀\"}");
    return "not \"authorized\"";
}

void note_freed(void *data)
{
    (void)data;
    note("freed");
}
