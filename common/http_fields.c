#include "common/http_fields.h"

/* The rows of the table below: N, T, H and V are visible characters. */
enum {
    O = 0,
    X = HTTP_CLASS_TEXT,
    V = X | HTTP_CLASS_TARGET,
    H = V | HTTP_CLASS_HOST,
    T = V | HTTP_CLASS_TOKEN,
    A = H | HTTP_CLASS_TOKEN,
    N = X | HTTP_CLASS_TOKEN,
};

/* clang-format off */
const uint8_t http_classes[256] = {
    O, O, O, O, O, O, O, O, O, X, O, O, O, O, O, O, /* HTAB */
    O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O,
    X, A, V, N, A, A, A, A, H, H, A, A, H, A, A, V, /*  !"#$%&'()*+,-./ */
    A, A, A, A, A, A, A, A, A, A, V, H, V, H, V, V, /* 0123456789:;<=>? */
    V, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A, /* @ABCDEFGHIJKLMNO */
    A, A, A, A, A, A, A, A, A, A, A, V, V, V, T, A, /* PQRSTUVWXYZ[\]^_ */
    T, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A, /* `abcdefghijklmno */
    A, A, A, A, A, A, A, A, A, A, A, V, T, V, A, O, /* pqrstuvwxyz{|}~ DEL */
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, /* obs-text */
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
};
/* clang-format on */

struct slice http_field(const struct http_head *head, const char *name)
{
    for (size_t i = 0; i < head->count; i++)
        if (slice_is_any_case(head->fields[i].name, name))
            return head->fields[i].value;
    return (struct slice){NULL, 0};
}

size_t http_field_count(const struct http_head *head, const char *name)
{
    size_t count = 0;
    for (size_t i = 0; i < head->count; i++)
        count += slice_is_any_case(head->fields[i].name, name);
    return count;
}

struct slice http_field_joined(const struct http_head *head, const char *name,
                               struct buf *joined)
{
    if (http_field_count(head, name) <= 1)
        return http_field(head, name);
    for (size_t i = 0; i < head->count; i++) {
        if (!slice_is_any_case(head->fields[i].name, name))
            continue;
        if (buf_size(joined) > 0)
            buf_append_text(joined, ", ");
        buf_append_slice(joined, head->fields[i].value);
    }
    return buf_slice(joined);
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

struct slice http_trim(struct slice text)
{
    while (text.size > 0 && is_blank(text.data[0]))
        text = slice_from(text, 1);
    while (text.size > 0 && is_blank(text.data[text.size - 1]))
        text.size--;
    return text;
}

bool http_list_next(struct slice *list, struct slice *element)
{
    while (list->size > 0) {
        *element = http_trim(slice_take(list, ','));
        if (element->size > 0)
            return true;
    }
    return false;
}

bool http_list_has(struct slice list, const char *token)
{
    struct slice element;
    while (http_list_next(&list, &element))
        if (slice_is_any_case(element, token))
            return true;
    return false;
}

bool http_field_list_has(const struct http_head *head, const char *name,
                         const char *token)
{
    for (size_t i = 0; i < head->count; i++)
        if (slice_is_any_case(head->fields[i].name, name) &&
            http_list_has(head->fields[i].value, token))
            return true;
    return false;
}

static struct slice without_weakness(struct slice etag)
{
    return slice_starts_with(etag, "W/") ? slice_from(etag, 2) : etag;
}

/* Take the first entity tag (8.8.3), from quote to quote, off a comma list. A
 * comma may stand inside, and there are no escapes. False: there is none. */
static bool next_etag(struct slice *list, struct slice *etag)
{
    while (list->size > 0 && (is_blank(*list->data) || *list->data == ','))
        *list = slice_from(*list, 1);
    *list = without_weakness(*list);
    if (list->size < 2 || *list->data != '"')
        return false;
    const char *end = memchr(list->data + 1, '"', list->size - 1);
    if (end == NULL)
        return false;
    *etag = (struct slice){list->data, (size_t)(end + 1 - list->data)};
    *list = slice_from(*list, etag->size);
    return true;
}

static bool lists_etag(struct slice list, struct slice wanted)
{
    struct slice etag;
    while (next_etag(&list, &etag))
        if (etag.size == wanted.size &&
            memcmp(etag.data, wanted.data, etag.size) == 0)
            return true;
    return slice_is(list, "*");
}

bool http_etag_matches(const struct http_head *head, const char *etag)
{
    struct slice wanted = without_weakness(slice_of(etag));
    for (size_t i = 0; i < head->count; i++)
        if (slice_is_any_case(head->fields[i].name, "If-None-Match") &&
            lists_etag(head->fields[i].value, wanted))
            return true;
    return false;
}

bool http_is_token(struct slice text)
{
    return text.size > 0 && http_span(text, HTTP_CLASS_TOKEN) == text.size;
}

bool http_is_value(struct slice text)
{
    return http_span(text, HTTP_CLASS_TEXT) == text.size;
}
