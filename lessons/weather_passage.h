/* weather_passage.h -- a connection to the server, and what happens to it.
 *
 *      client --> end --read--> proxy --> way --write--> end --> server
 *      client <-- end <--write-- way <-- proxy <--read-- end <-- server
 *
 * What an end says goes past a proxy (weather_proxy.h), waits on its way
 * (weather_way.h) and is written to the other end. An end isn't read while its
 * way is full. When it says no more, that is passed on too, behind its last
 * byte: the other one may go on speaking.
 */
#ifndef LESSONS_WEATHER_PASSAGE_H
#define LESSONS_WEATHER_PASSAGE_H

#include "common/loop.h"
#include "common/net.h"
#include "lessons/weather_faults.h"
#include "lessons/weather_proxy.h"
#include "lessons/weather_way.h"

/* All connections through a relay, and what they have in common. */
struct passages {
    struct loop *loop;
    struct faults faults;
    struct passage *first;
    uint64_t started;      /* so far: the number of the newest, from 1 */
    int64_t down_until_ms; /* of loop_now(): who comes before is reset */
};

struct end {
    struct watch watch; /* fd is -1 when there is none */
    struct passage *passage;
    struct way way;     /* of what it says, to the other end */
    struct timer timer; /* something on that way is due */
    bool has_ended;     /* it says no more, */
    bool was_told;      /* and knows that the other one doesn't either */
};

/*  CONNECTING --> PASSING --freeze--> FROZEN
 *      \--failed--> CLOSED <--cut-------/
 *                     ^--cut, reset, both ends are done-- PASSING */
enum passage_state { CONNECTING, PASSING, FROZEN, CLOSED };

struct passage {
    struct passages *set;
    struct passage *next, **link;   /* in set->first */
    const struct faults *faults;    /* borrowed; see --skip, --only */
    struct net_peer client;         /* whose name is in the log */
    const struct addrinfo *address; /* of the server, to be tried next */
    struct end ends[2];             /* by enum origin */
    struct proxy proxy;
    uint64_t passed; /* bytes, of both directions together */
    struct timer freeze, cut;
    struct deferred later; /* to be freed */
    enum passage_state state;
};

/* Take over `fd`, a client's connection; the server's end has no descriptor so
 * far. It frees itself at the end of the turn in which it was closed. */
struct passage *passage_new(struct passages *set, int fd,
                            const struct net_peer *client);

/* The server's end has one, that is connected: begin. */
void passage_connected(struct passage *passage);

/* Close both ends, in good order or so that they see a broken connection. Both
 * may be called twice; `why` is for the log. */
void passage_close(struct passage *passage, const char *why);
void passage_reset(struct passage *passage, const char *why);

/* Close every one. */
void passages_close(struct passages *set);

/* The network fails: reset every one, those of --skip and the frozen too. It is
 * down for set->faults.outage_ms from now on; see passages_are_down(). */
void passages_break(struct passages *set);

/* Is the network down, so that a new one is to be reset? */
bool passages_are_down(const struct passages *set);

#endif
