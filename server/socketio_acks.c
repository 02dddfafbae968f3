/* socketio_acks.c -- questions that wait for an acknowledgement. */
#include <stdlib.h>

#include "common/alloc.h"
#include "server/socketio.h"
#include "server/socketio_parts.h"

struct sio_question {
    struct sio_question *next, **link; /* of the socket */
    struct sio_socket *socket;
    uint64_t id;
    struct timer timer;
    void (*on_answer)(struct sio_socket *socket, const struct sio_args *answer,
                      void *user);
    void *user;
};

static struct loop *loop_of(const struct sio_socket *socket)
{
    return socket->nsp->io->server->loop;
}

/* ------------------------------------------------------------- one */

/* The last of it, with the answer or without. */
static void end(struct sio_question *question, const struct sio_args *answer)
{
    struct sio_question ended = *question;
    *question->link = question->next;
    if (question->next != NULL)
        question->next->link = question->link;
    ended.socket->question_count--;
    loop_timer_cancel(loop_of(ended.socket), &question->timer);
    free(question);
    ended.on_answer(ended.socket, answer, ended.user);
}

static void on_due(struct timer *timer)
{
    end(CONTAINER(timer, struct sio_question, timer), NULL);
}

/* Wait for an answer. False: too many are waited for, so that this question is
 * not to be sent, and will have none. */
static bool await(struct sio_socket *socket, const struct sio_question *asked,
                  int timeout_ms)
{
    bool is_one_too_many = socket->question_count >= SIO_QUESTIONS_MAX;
    struct sio_question *question = allocate(sizeof *question);
    *question = *asked;
    question->socket = socket;
    question->timer.on_due = on_due;
    question->next = socket->questions;
    question->link = &socket->questions;
    if (question->next != NULL)
        question->next->link = &question->next;
    socket->questions = question;
    socket->question_count++;
    if (timeout_ms > 0 || is_one_too_many)
        loop_timer_set(loop_of(socket), &question->timer,
                       is_one_too_many ? 0 : timeout_ms);
    return !is_one_too_many;
}

void sio_ask(struct sio_socket *socket, const char *event, struct sio_args args,
             int timeout_ms,
             void (*on_answer)(struct sio_socket *socket,
                               const struct sio_args *answer, void *user),
             void *user)
{
    if (socket->state != SIO_JOINED) {
        on_answer(socket, NULL, user);
        return;
    }
    struct sio_question asked = {
        .id = socket->nsp->next_id++,
        .on_answer = on_answer,
        .user = user,
    };
    if (await(socket, &asked, timeout_ms))
        sio_send_event(socket, &asked.id, event, args);
}

/* Nobody was ever asked that: one is a mistake, many are hostile. */
static void count_unasked(struct sio_client *client)
{
    if (++client->unasked > SIO_UNASKED_MAX)
        sio_close_client(client, "forced close");
}

void sio_take_answer(struct sio_socket *socket, const struct sio_packet *packet)
{
    struct sio_question *question = socket->questions;
    while (question != NULL && question->id != packet->id)
        question = question->next;
    if (packet->has_id && packet->id >= socket->nsp->next_id)
        count_unasked(socket->client);
    else if (question != NULL && packet->has_id)
        end(question, &packet->args);
}

void sio_end_questions(struct sio_socket *socket)
{
    while (socket->questions != NULL)
        end(socket->questions, NULL);
}

/* ------------------------------------------------------------- many */

/* A question to many: as many questions with one number. */
struct poll {
    struct sio *io;
    uint64_t id;
    int timeout_ms;
    const struct eio_messages *messages;
    size_t asked, answered, ended;
    struct buf answers; /* with commas between them */
    struct timer timer; /* for when nobody was asked */
    void (*on_answers)(bool is_complete, struct slice answers, void *user);
    void *user;
};

static void end_poll(struct poll *poll)
{
    struct buf array = {0};
    buf_append_text(&array, "[");
    buf_append_slice(&array, buf_slice(&poll->answers));
    buf_append_text(&array, "]");
    poll->on_answers(poll->answered == poll->asked, buf_slice(&array),
                     poll->user);
    buf_free(&array);
    buf_free(&poll->answers);
    free(poll);
}

static void on_nobody(struct timer *timer)
{
    end_poll(CONTAINER(timer, struct poll, timer));
}

/* What was said first, null if it was nothing. */
static void on_one_answer(struct sio_socket *socket,
                          const struct sio_args *answer, void *user)
{
    struct poll *poll = user;
    struct slice value = slice_of("null");
    (void)socket;
    poll->ended++;
    if (answer != NULL) {
        struct slice json = answer->json;
        sio_next_arg(&json, &value);
    }
    if (answer != NULL &&
        buf_size(&poll->answers) + value.size < SIO_ANSWERS_MAX) {
        sio_add_json(&poll->answers, value);
        poll->answered++;
    }
    if (poll->ended == poll->asked)
        end_poll(poll);
}

static void ask_one(struct sio_socket *socket, void *user)
{
    struct poll *poll = user;
    struct sio_question asked = {
        .id = poll->id,
        .on_answer = on_one_answer,
        .user = poll,
    };
    poll->asked++;
    if (await(socket, &asked, poll->timeout_ms) && !socket->client->is_closing)
        eio_send_messages(socket->client->session, poll->messages);
}

void sio_broadcast_ask(const struct sio_to *to, const char *event,
                       struct sio_args args, int timeout_ms,
                       void (*on_answers)(bool is_complete,
                                          struct slice answers, void *user),
                       void *user)
{
    struct poll *poll = allocate(sizeof *poll);
    *poll = (struct poll){
        .io = to->nsp->io,
        .id = to->nsp->next_id++,
        .timeout_ms = timeout_ms,
        .timer = {.on_due = on_nobody},
        .on_answers = on_answers,
        .user = user,
    };
    poll->messages = sio_encode_once(to->nsp, &poll->id, event, args);
    sio_visit(to, ask_one, poll);
    sio_reuse_messages(poll->io);
    if (poll->asked == 0)
        loop_timer_set(poll->io->server->loop, &poll->timer, 0);
}
