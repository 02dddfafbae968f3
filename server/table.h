/* table.h -- find something by its name, however many there are.
 *
 *      chains: | 0 | 1 | 2 | 3 |      hash of the name, modulo their count
 *                |       |
 *                a       b -- c       whose names fall together
 *
 * What is found has a struct table_link as a field, and is found by its owner
 * with CONTAINER(). The table owns nothing but its chains.
 */
#ifndef SERVER_TABLE_H
#define SERVER_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "common/slice.h"

struct table_link {
    struct table_link *next; /* in its chain */
};

/* Zeroed but for name_of: empty. */
struct table {
    /* The name of what this link is in; it must not change while it is in. */
    struct slice (*name_of)(const struct table_link *link);
    struct table_link **chains;
    size_t chain_count; /* a power of two, or 0 */
    size_t count;       /* of what is in it */
    uint64_t seed;      /* nobody outside can make names fall together */
};

/* FNV-1a of these bytes, with `seed` beside its offset basis. */
uint64_t table_hash(struct slice bytes, uint64_t seed);

/* The one with this name, or NULL. */
struct table_link *table_find(const struct table *table, struct slice name);

/* Put it in; nothing with its name is in. */
void table_add(struct table *table, struct table_link *link);

/* Take it out; it is in. */
void table_remove(struct table *table, struct table_link *link);

/* Walk through all of them, in no particular order: the one behind `link`, or
 * the first one for NULL; NULL at the end. Meanwhile nothing may be added, and
 * `link` must not be removed before its next one is known. */
struct table_link *table_next(const struct table *table,
                              const struct table_link *link);

/* Free the chains: nothing is in any more. */
void table_free(struct table *table);

#endif
