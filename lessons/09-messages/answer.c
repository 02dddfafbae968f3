/* answer.c -- an application: it answers events, and knows no network.
 *
 *      a text to each line of standard input, an answer to standard output
 *      {"event":"request","data":{"id":7,"add":[1,2]}}
 *      {"event":"response","data":{"id":7,"sum":3}}
 *
 * What it has no answer to is said on standard error.
 */
#include <stdio.h>
#include <stdlib.h>

#include "common/json.h"

static void on_open(struct slice data)
{
    (void)data;
    puts("{\"event\":\"welcome\",\"data\":{\"can\":[\"add\"]}}");
}

/* The sum of those items that are whole numbers. */
static int64_t sum_of(struct slice array)
{
    struct json_cursor cursor = json_items(array);
    struct slice item;
    int64_t sum = 0, number;
    while (json_next(&cursor, &item))
        if (json_integer(item, &number))
            sum += number % 1000000;
    return sum;
}

static void on_request(struct slice data)
{
    struct slice id, numbers;
    if (!json_member(data, "id", &id) || !json_member(data, "add", &numbers) ||
        json_type(numbers) != JSON_ARRAY) {
        fputs("a request without id and numbers\n", stderr);
        return;
    }
    printf("{\"event\":\"response\",\"data\":{\"id\":%.*s,\"sum\":%lld}}\n",
           (int)id.size, id.data, (long long)sum_of(numbers));
}

static const struct {
    const char *name;
    void (*on_event)(struct slice data);
} listeners[] = {{"open", on_open}, {"request", on_request}};

static void answer(struct slice text)
{
    struct slice name, data = slice_of("null");
    if (!json_is_valid(text)) {
        fprintf(stderr, "not JSON: %.*s\n", (int)text.size, text.data);
        return;
    }
    if (!json_member(text, "event", &name)) {
        fprintf(stderr, "no event: %.*s\n", (int)text.size, text.data);
        return;
    }
    json_member(text, "data", &data);
    for (size_t i = 0; i < sizeof listeners / sizeof *listeners; i++) {
        if (json_string_is(name, listeners[i].name)) {
            listeners[i].on_event(data);
            return;
        }
    }
    fprintf(stderr, "nobody listens to %.*s\n", (int)name.size, name.data);
}

int main(void)
{
    char *line = NULL;
    size_t capacity = 0;
    ssize_t size;
    setvbuf(stdout, NULL, _IOLBF, 0);
    setvbuf(stderr, NULL, _IOLBF, 0);
    while ((size = getline(&line, &capacity, stdin)) > 0)
        answer((struct slice){line, (size_t)size - (line[size - 1] == '\n')});
    free(line);
    return 0;
}
