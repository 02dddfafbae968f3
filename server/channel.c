#include "server/channel.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "common/alloc.h"
#include "common/json.h"
#include "common/limits.h"
#include "common/net.h"

enum {
    BATCHES = 6, /* kinds of bytes that are encoded once; others each time */
    INSTANCE_SIZE = 17,
};

struct entry {
    uint64_t before; /* bytes of all messages that came before it */
    uint32_t size;
    char json[];
};

/* What subscribers of one format get who are at the same place. */
struct batch {
    const struct wire_format *format; /* NULL: unused */
    uint64_t after, last; /* the messages behind `after`, up to `last` */
    uint64_t newest;      /* when it was made */
    struct buf bytes;
};

struct channel {
    struct channels *channels;
    struct channel *next;
    char name[CHANNEL_NAME_MAX + 1];
    char instance[INSTANCE_SIZE];
    struct entry *log[CHANNEL_MESSAGES]; /* message id is at id % size */
    uint64_t oldest, newest;             /* none are kept: oldest > newest */
    uint64_t offered; /* every subscriber that was ready has had this one */
    uint64_t awaited; /* the oldest one that a subscriber was not ready for;
                         0: none */
    uint64_t written; /* bytes of all that ever were */
    size_t bytes;     /* of all that are kept */
    struct subscriber *subscribers;
    unsigned holds; /* channel_hold() */
    struct deferred delivery;
    struct batch batches[BATCHES];
    struct buf notice; /* of the last channel_resume() */
};

struct channels {
    struct loop *loop;
    struct channel *first; /* the newest first */
    size_t count;
    size_t bytes; /* of all messages that are kept */
    uint64_t published;
};

struct channels *channels_new(struct loop *loop)
{
    struct channels *channels = allocate(sizeof *channels);
    channels->loop = loop;
    return channels;
}

size_t channels_count(const struct channels *channels)
{
    return channels->count;
}

uint64_t channels_published(const struct channels *channels)
{
    return channels->published;
}

/* ------------------------------------------------------------- the log */

static struct entry **entry_at(struct channel *channel, uint64_t id)
{
    return &channel->log[id % CHANNEL_MESSAGES];
}

static struct message message_at(const struct channel *channel, uint64_t id)
{
    const struct entry *entry = channel->log[id % CHANNEL_MESSAGES];
    return (struct message){id, {entry->json, entry->size}};
}

static void drop_oldest(struct channel *channel)
{
    struct entry **entry = entry_at(channel, channel->oldest++);
    channel->bytes -= (*entry)->size;
    channel->channels->bytes -= (*entry)->size;
    free(*entry);
    *entry = NULL;
}

static void append_json(struct buf *out, uint64_t id, const char *member,
                        struct slice text)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    buf_append_text(out, "{\"id\":");
    buf_append_number(out, id);
    buf_append_text(out, ",\"time\":");
    buf_append_number(out, (uint64_t)now.tv_sec * 1000 +
                               (uint64_t)now.tv_nsec / 1000000);
    buf_append_text(out, ",\"");
    buf_append_text(out, member);
    buf_append_text(out, "\":");
    json_append_string(out, text);
    buf_append_text(out, "}");
}

uint64_t channel_newest(const struct channel *channel)
{
    return channel->newest;
}

const char *channel_name(const struct channel *channel)
{
    return channel->name;
}

const char *channel_instance(const struct channel *channel)
{
    return channel->instance;
}

/* ------------------------------------------------------------- resuming */

static void note_loss(struct channel *channel, uint64_t id, const char *what,
                      struct message *notice)
{
    buf_consume(&channel->notice, buf_size(&channel->notice));
    append_json(&channel->notice, id, "lost", slice_of(what));
    *notice = (struct message){id, buf_slice(&channel->notice)};
}

bool channel_resume(struct channel *channel, struct place *place,
                    struct message *notice)
{
    bool is_return = place->after > 0 || place->instance.size > 0;
    bool was_restarted = place->instance.size > 0 &&
                         !slice_is(place->instance, channel->instance);
    if (was_restarted || place->after > channel->newest) {
        place->after = channel->oldest - 1;
        note_loss(channel, place->after,
                  "the server was restarted and begins to count anew", notice);
        return true;
    }
    if (place->after + 1 >= channel->oldest)
        return false;
    place->after = channel->oldest - 1;
    if (is_return)
        note_loss(channel, place->after, "messages up to this id are gone",
                  notice);
    return is_return;
}

/* ------------------------------------------------------------- delivery */

/* Append messages behind `after` until `out` holds `enough` bytes. Returns the
 * number of the last one. */
static uint64_t encode(const struct channel *channel,
                       const struct wire_format *format, uint64_t after,
                       size_t enough, struct buf *out)
{
    uint64_t id = after;
    while (id < channel->newest && buf_size(out) < enough) {
        struct message message = message_at(channel, ++id);
        format->append(out, &message);
    }
    if (format->finish != NULL)
        format->finish(out);
    return id;
}

void channel_encode(const struct channel *channel,
                    const struct wire_format *format, uint64_t after,
                    struct buf *out)
{
    encode(channel, format, after, SIZE_MAX, out);
}

/* The batch for this format: the one that it had before, or a free one, or the
 * first. */
static struct batch *batch_for(struct channel *channel,
                               const struct wire_format *format)
{
    for (size_t i = 0; i < BATCHES; i++) {
        struct batch *batch = &channel->batches[i];
        if (batch->format == format || batch->format == NULL)
            return batch;
    }
    return &channel->batches[0];
}

/* What comes behind `after`: all of it, or a portion if it can be cut. */
static const struct batch *encoded(struct channel *channel,
                                   const struct wire_format *format,
                                   uint64_t after)
{
    struct batch *batch = batch_for(channel, format);
    if (batch->format != format || batch->after != after ||
        batch->newest != channel->newest) {
        size_t enough = format->is_whole ? SIZE_MAX : PORTION_SIZE;
        buf_consume(&batch->bytes, buf_size(&batch->bytes));
        batch->last = encode(channel, format, after, enough, &batch->bytes);
        batch->format = format;
        batch->after = after;
        batch->newest = channel->newest;
    }
    return batch;
}

/* This subscriber is passed over. */
static void await(struct channel *channel, const struct subscriber *subscriber)
{
    uint64_t next = subscriber->after + 1;
    if (channel->awaited == 0 || next < channel->awaited)
        channel->awaited = next;
}

/* Deliver the next portion, if there is one. True when there is another behind
 * it. */
static bool catch_up(struct subscriber *subscriber)
{
    struct channel *channel = subscriber->channel;
    const struct subscriber_kind *kind = subscriber->kind;
    if (channel == NULL || subscriber->after == channel->newest)
        return false;
    if (subscriber->after + 1 < channel->oldest) {
        kind->on_lapsed(subscriber);
        return false;
    }
    if (!kind->is_ready(subscriber)) {
        await(channel, subscriber);
        return false;
    }
    const struct batch *batch =
        encoded(channel, kind->format, subscriber->after);
    subscriber->after = batch->last;
    kind->deliver(subscriber, buf_slice(&batch->bytes)); /* may free it */
    return batch->last < batch->newest;
}

/* Idle channels keep no large buffer. */
static void forget_batches(struct channel *channel)
{
    enum { KEPT = 16 * 1024 };
    for (size_t i = 0; i < BATCHES; i++) {
        struct batch *batch = &channel->batches[i];
        if (batch->bytes.capacity > KEPT)
            buf_free(&batch->bytes);
        buf_consume(&batch->bytes, buf_size(&batch->bytes));
        batch->format = NULL;
    }
}

void channel_catch_up(struct subscriber *subscriber)
{
    struct channel *channel = subscriber->channel;
    bool has_more = catch_up(subscriber);
    if (channel != NULL)
        forget_batches(channel);
    if (has_more)
        loop_defer(channel->channels->loop, &channel->delivery);
}

/* Many subscribers do not fit into the cache. While one is served, what the
 * next one reads comes from memory, and the one behind it. Returns the next, as
 * gcc leaves out the call of a function that only prefetches. */
static struct subscriber *fetch_ahead(struct subscriber *next)
{
    enum { LINE = 64, SIZE = 192 }; /* bytes: of a cache's line, of a conn */
    if (next == NULL)
        return NULL;
    __builtin_prefetch(next->next);
    for (size_t i = 0; i < 2 && next->reads[i] != NULL; i++)
        for (size_t at = 0; at < SIZE; at += LINE)
            __builtin_prefetch((const char *)next->reads[i] + at);
    return next;
}

/* One portion for each subscriber that is ready. A subscriber may leave while
 * it is served; another one does not, because what is closed goes later in the
 * turn. True when somebody has more to come. */
static bool deliver_portions(struct channel *channel)
{
    bool has_more = false;
    struct subscriber *next;
    for (struct subscriber *at = channel->subscribers; at != NULL; at = next) {
        next = fetch_ahead(at->next);
        has_more |= catch_up(at);
    }
    return has_more;
}

static void deliver(struct deferred *deferred)
{
    struct channel *channel = CONTAINER(deferred, struct channel, delivery);
    channel->offered = channel->newest;
    channel->awaited = 0;
    while (deliver_portions(channel))
        ;
    forget_batches(channel);
}

void channel_subscribe(struct channel *channel, struct subscriber *subscriber,
                       const struct subscriber_kind *kind, uint64_t after)
{
    *subscriber = (struct subscriber){
        .kind = kind,
        .channel = channel,
        .next = channel->subscribers,
        .link = &channel->subscribers,
        .after = after,
    };
    if (channel->subscribers != NULL)
        channel->subscribers->link = &subscriber->next;
    channel->subscribers = subscriber;
    if (after < channel->offered)
        channel->offered = after;
    if (after != channel->newest)
        loop_defer(channel->channels->loop, &channel->delivery);
}

void channel_unsubscribe(struct subscriber *subscriber)
{
    if (subscriber->channel == NULL)
        return;
    *subscriber->link = subscriber->next;
    if (subscriber->next != NULL)
        subscriber->next->link = subscriber->link;
    subscriber->channel = NULL;
}

/* ------------------------------------------------------------- publishing */

/* Who could have it must have had it: what one peer publishes in one turn may
 * be more than is kept. */
static void offer_and_drop_oldest(struct channel *channel)
{
    if (channel->oldest > channel->offered)
        deliver(&channel->delivery);
    drop_oldest(channel);
}

static struct channel *largest_of(struct channels *channels)
{
    struct channel *largest = channels->first;
    for (struct channel *at = channels->first; at != NULL; at = at->next)
        if (at->bytes > largest->bytes)
            largest = at;
    return largest;
}

/* Drop what is over the bounds when another message comes: of this channel, and
 * then of whoever has most. */
static void make_place(struct channel *channel, size_t size)
{
    struct channels *channels = channel->channels;
    while (channel->bytes > 0 &&
           (channel->newest + 1 - channel->oldest == CHANNEL_MESSAGES ||
            channel->bytes + size > CHANNEL_BYTES))
        offer_and_drop_oldest(channel);
    while (channels->bytes > 0 && channels->bytes + size > CHANNELS_BYTES)
        offer_and_drop_oldest(largest_of(channels));
}

uint64_t channel_publish(struct channel *channel, struct slice text)
{
    struct buf *json = &loop_lent(channel->channels->loop)->scratch;
    uint64_t id = channel->newest + 1;
    append_json(json, id, "text", text);
    struct entry *entry = allocate(sizeof *entry + buf_size(json));
    entry->size = (uint32_t)buf_size(json);
    entry->before = channel->written;
    memcpy(entry->json, buf_head(json), buf_size(json));
    buf_consume(json, buf_size(json));

    make_place(channel, entry->size);
    *entry_at(channel, id) = entry;
    channel->newest = id;
    channel->written += entry->size;
    channel->bytes += entry->size;
    channel->channels->bytes += entry->size;
    channel->channels->published++;
    loop_defer(channel->channels->loop, &channel->delivery);
    return id;
}

bool channel_is_crowded(const struct channel *channel)
{
    uint64_t awaited = channel->awaited;
    if (awaited == 0 || awaited < channel->oldest)
        return false;
    const struct entry *entry = channel->log[awaited % CHANNEL_MESSAGES];
    return channel->newest - awaited >= CHANNEL_MESSAGES / 2 ||
           channel->written - entry->before >= CHANNEL_BYTES / 2;
}

/* ------------------------------------------------------------- by name */

void channel_hold(struct channel *channel)
{
    channel->holds++;
}

void channel_release(struct channel *channel)
{
    channel->holds--;
}

bool channel_name_is_valid(struct slice name)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
    if (name.size == 0 || name.size > CHANNEL_NAME_MAX)
        return false;
    for (size_t i = 0; i < name.size; i++)
        if (memchr(allowed, name.data[i], sizeof allowed - 1) == NULL)
            return false;
    return true;
}

static void channel_free(struct channel *channel)
{
    assert(channel->subscribers == NULL);
    while (channel->oldest <= channel->newest)
        drop_oldest(channel);
    for (size_t i = 0; i < BATCHES; i++)
        buf_free(&channel->batches[i].bytes);
    buf_free(&channel->notice);
    free(channel);
}

/* Forget the channel that was made first of those that nobody listens to.
 * Whoever comes back to it is told, because its numbers begin anew. */
static bool make_room(struct channels *channels)
{
    struct channel **oldest = NULL;
    for (struct channel **link = &channels->first; *link; link = &(*link)->next)
        if ((*link)->subscribers == NULL && (*link)->holds == 0 &&
            (*link)->delivery.next == NULL)
            oldest = link;
    if (oldest == NULL)
        return false;
    struct channel *channel = *oldest;
    *oldest = channel->next;
    channels->count--;
    channel_free(channel);
    return true;
}

static void name_instance(struct channel *channel)
{
    uint64_t number;
    net_random(&number, sizeof number);
    snprintf(channel->instance, INSTANCE_SIZE, "%016llx",
             (unsigned long long)number);
}

static struct channel *channel_new(struct channels *channels, struct slice name)
{
    struct channel *channel = allocate(sizeof *channel);
    channel->channels = channels;
    channel->next = channels->first;
    channel->oldest = 1;
    channel->delivery.run = deliver;
    memcpy(channel->name, name.data, name.size);
    name_instance(channel);
    channels->first = channel;
    channels->count++;
    return channel;
}

struct channel *channel_named(struct channels *channels, struct slice name)
{
    for (struct channel *at = channels->first; at != NULL; at = at->next)
        if (slice_is(name, at->name))
            return at;
    if (channels->count == CHANNELS_MAX && !make_room(channels))
        return NULL;
    return channel_new(channels, name);
}

void channels_free(struct channels *channels)
{
    struct channel *next;
    for (struct channel *at = channels->first; at != NULL; at = next) {
        next = at->next;
        channel_free(at);
    }
    free(channels);
}
