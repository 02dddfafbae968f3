#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "common/loop.h"
#include "server/table.h"

enum { MANY = 1000 };

struct thing {
    struct table_link link;
    char name[24];
    int seen;
};

static struct slice name_of(const struct table_link *link)
{
    return slice_of(CONTAINER(link, struct thing, link)->name);
}

static void fill(struct table *table, struct thing things[MANY])
{
    for (int i = 0; i < MANY; i++) {
        snprintf(things[i].name, sizeof things[i].name, "thing %d", i);
        table_add(table, &things[i].link);
    }
}

static void each_is_found_by_its_name(void **state)
{
    static struct thing things[MANY];
    struct table table = {.name_of = name_of};
    (void)state;
    fill(&table, things);
    assert_int_equal(table.count, MANY);
    for (int i = 0; i < MANY; i++)
        assert_ptr_equal(table_find(&table, slice_of(things[i].name)),
                         &things[i].link);
    assert_null(table_find(&table, slice_of("thing")));
    assert_null(table_find(&table, slice_of("")));
    table_free(&table);
}

static void what_was_removed_is_not_found(void **state)
{
    static struct thing things[MANY];
    struct table table = {.name_of = name_of};
    (void)state;
    fill(&table, things);
    for (int i = 0; i < MANY; i += 2)
        table_remove(&table, &things[i].link);
    assert_int_equal(table.count, MANY / 2);
    for (int i = 0; i < MANY; i++)
        assert_true((table_find(&table, slice_of(things[i].name)) == NULL) ==
                    (i % 2 == 0));
    table_free(&table);
}

static void an_empty_table_has_nothing(void **state)
{
    struct table table = {.name_of = name_of};
    (void)state;
    assert_null(table_find(&table, slice_of("a")));
    assert_null(table_next(&table, NULL));
    table_free(&table);
}

static void a_walk_meets_each_once_and_may_remove_it(void **state)
{
    static struct thing things[MANY];
    struct table table = {.name_of = name_of};
    struct table_link *next, *link;
    (void)state;
    fill(&table, things);
    for (link = table_next(&table, NULL); link != NULL; link = next) {
        next = table_next(&table, link);
        CONTAINER(link, struct thing, link)->seen++;
        table_remove(&table, link);
    }
    for (int i = 0; i < MANY; i++)
        assert_int_equal(things[i].seen, 1);
    assert_int_equal(table.count, 0);
    table_free(&table);
}

/* Chains stay short: or a thousand sessions would be found as in a list. */
static void names_are_spread(void **state)
{
    static struct thing things[MANY];
    struct table table = {.name_of = name_of};
    (void)state;
    fill(&table, things);
    for (size_t i = 0; i < table.chain_count; i++) {
        int length = 0;
        for (struct table_link *at = table.chains[i]; at; at = at->next)
            length++;
        assert_true(length < 12);
    }
    table_free(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_found_by_its_name),
        cmocka_unit_test(what_was_removed_is_not_found),
        cmocka_unit_test(an_empty_table_has_nothing),
        cmocka_unit_test(a_walk_meets_each_once_and_may_remove_it),
        cmocka_unit_test(names_are_spread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
