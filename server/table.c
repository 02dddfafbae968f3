#include "server/table.h"

#include <stdlib.h>

#include "common/alloc.h"
#include "common/net.h"

enum { FIRST_CHAINS = 16 };

uint64_t table_hash(struct slice bytes, uint64_t seed)
{
    uint64_t hash = 14695981039346656037u ^ seed;
    for (size_t i = 0; i < bytes.size; i++)
        hash = (hash ^ (uint8_t)bytes.data[i]) * 1099511628211u;
    return hash;
}

static size_t chain_of(const struct table *table, struct slice name)
{
    uint64_t hash = table_hash(name, table->seed);
    hash ^= hash >> 32;
    return (size_t)hash & (table->chain_count - 1);
}

static void push(struct table *table, struct table_link *link)
{
    struct table_link **chain =
        &table->chains[chain_of(table, table->name_of(link))];
    link->next = *chain;
    *chain = link;
}

/* Twice as many chains, so that they stay one or two links long. */
static void grow(struct table *table)
{
    struct table_link **old = table->chains;
    size_t old_count = table->chain_count;
    if (old_count == 0)
        net_random(&table->seed, sizeof table->seed);
    table->chain_count = old_count > 0 ? 2 * old_count : FIRST_CHAINS;
    table->chains = allocate(table->chain_count * sizeof *table->chains);
    for (size_t i = 0; i < old_count; i++) {
        while (old[i] != NULL) {
            struct table_link *link = old[i];
            old[i] = link->next;
            push(table, link);
        }
    }
    free(old);
}

struct table_link *table_find(const struct table *table, struct slice name)
{
    if (table->count == 0)
        return NULL;
    struct table_link *link = table->chains[chain_of(table, name)];
    for (; link != NULL; link = link->next) {
        struct slice its = table->name_of(link);
        if (its.size == name.size &&
            (name.size == 0 || memcmp(its.data, name.data, name.size) == 0))
            return link;
    }
    return NULL;
}

void table_add(struct table *table, struct table_link *link)
{
    if (table->count >= table->chain_count)
        grow(table);
    push(table, link);
    table->count++;
}

void table_remove(struct table *table, struct table_link *link)
{
    struct table_link **at =
        &table->chains[chain_of(table, table->name_of(link))];
    while (*at != link)
        at = &(*at)->next;
    *at = link->next;
    table->count--;
}

struct table_link *table_next(const struct table *table,
                              const struct table_link *link)
{
    size_t chain = 0;
    if (link != NULL && link->next != NULL)
        return link->next;
    if (link != NULL)
        chain = chain_of(table, table->name_of(link)) + 1;
    for (; chain < table->chain_count; chain++)
        if (table->chains[chain] != NULL)
            return table->chains[chain];
    return NULL;
}

void table_free(struct table *table)
{
    free(table->chains);
    table->chains = NULL;
    table->chain_count = table->count = 0;
}
