/* channel.h -- the application: a numbered log of messages, which knows no
 * protocol.
 *
 *     publish --> | 5 | 6 | 7 | 8 |  --> each subscriber, from its own place on
 *                  oldest      newest
 *
 * Whatever a transport receives it publishes here; whatever is published, every
 * subscriber gets, in order, at the end of the turn. Messages are numbered from
 * 1, and the newest are kept: who was away says the last number that it has,
 * and gets what it missed. If that is no longer kept, it is told so.
 *
 * What subscribers of one kind get is encoded once for all that are at the same
 * place.
 */
#ifndef SERVER_CHANNEL_H
#define SERVER_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/loop.h"
#include "common/slice.h"

struct channel;
struct channels; /* all of a server's, by name */

struct message {
    uint64_t id;
    struct slice json; /* {"id":8,"time":1700000000123,"text":"hi"} */
};

/* How messages become bytes of one kind. */
struct wire_format {
    void (*append)(struct buf *out, const struct message *message);
    void (*finish)(struct buf *out); /* behind the last one; NULL: nothing */
    bool is_whole; /* deliver everything at once, not in portions */
};

struct subscriber;

struct subscriber_kind {
    const struct wire_format *format;

    /* Can it take more now? While it can't it is passed over, and keeps its
     * place; it calls channel_catch_up() when it can again. */
    bool (*is_ready)(const struct subscriber *subscriber);

    /* What it has not had, encoded: a portion of about PORTION_SIZE, while it
     * is ready, or everything; borrowed for the call. */
    void (*deliver)(struct subscriber *subscriber, struct slice bytes);

    /* It was passed over for so long that its next message is no longer kept.
     * NULL for a kind that is always ready. */
    void (*on_lapsed)(struct subscriber *subscriber);
};

/* A field of whoever subscribes. */
struct subscriber {
    const struct subscriber_kind *kind;
    struct channel *channel; /* NULL: not subscribed */
    struct subscriber *next, **link;
    uint64_t after; /* the last message that it has */

    /* Objects that deliver() reads, so that they can be fetched from memory
     * ahead of it; NULL: none. To be set behind channel_subscribe(). */
    const void *reads[2];
};

/* No channels yet. */
struct channels *channels_new(struct loop *loop);
void channels_free(struct channels *channels);

/* How many channels there are, and how many messages were ever published. */
size_t channels_count(const struct channels *channels);
uint64_t channels_published(const struct channels *channels);

/* May a channel be called so? 1 to CHANNEL_NAME_MAX letters, digits, - . _ ~ */
bool channel_name_is_valid(struct slice name);

/* The channel of this name, made if there is none. A channel that nobody
 * listens to makes room for it; NULL when all CHANNELS_MAX have subscribers. */
struct channel *channel_named(struct channels *channels, struct slice name);

/* Do not forget the channel until it is released as often as it was held. */
void channel_hold(struct channel *channel);
void channel_release(struct channel *channel);

/* Publish a text, which must be UTF-8 of at most TEXT_MAX bytes. Returns its
 * number. */
uint64_t channel_publish(struct channel *channel, struct slice text);

/* Should whoever publishes slow down? Then a subscriber that could not take
 * more is so far behind that half of what is kept is not yet its own. */
bool channel_is_crowded(const struct channel *channel);

/* What it is called. */
const char *channel_name(const struct channel *channel);

/* The number of the newest message; 0: there never was one. */
uint64_t channel_newest(const struct channel *channel);

/* A name for this counting of messages: another one after the server was
 * restarted, or the channel was forgotten and made anew. */
const char *channel_instance(const struct channel *channel);

/* What a client knows that comes, or comes back. */
struct place {
    uint64_t after; /* the last number that it has; 0: none */
    struct slice
        instance; /* of the counting that it is from; empty: not said */
};

/* Find the place to go on from, and change `place->after` to it. True when
 * something was lost: then `notice` is to be sent first, in the place of what
 * is gone. It is borrowed until the next call. */
bool channel_resume(struct channel *channel, struct place *place,
                    struct message *notice);

/* Append every kept message behind `after` to `out`. */
void channel_encode(const struct channel *channel,
                    const struct wire_format *format, uint64_t after,
                    struct buf *out);

/* Have `deliver` called for every message behind `after`, now and later: what
 * is kept already at the end of this turn. The subscriber is the caller's. */
void channel_subscribe(struct channel *channel, struct subscriber *subscriber,
                       const struct subscriber_kind *kind, uint64_t after);

/* No-op when it is not subscribed. */
void channel_unsubscribe(struct subscriber *subscriber);

/* Deliver what it was passed over with, as far as it is ready. */
void channel_catch_up(struct subscriber *subscriber);

#endif
