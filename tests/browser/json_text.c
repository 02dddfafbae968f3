#include "tests/browser/json_text.h"

#include <stdio.h>

#include "common/json.h"

struct slice json_text_at(struct slice object, const char *path)
{
    while (*path != '\0') {
        char name[64];
        size_t size = strcspn(path, ".");
        snprintf(name, sizeof name, "%.*s", (int)size, path);
        if (!json_member(object, name, &object))
            return slice_of("");
        path += size;
        path += *path == '.';
    }
    return object;
}

void json_text_append(struct buf *out, struct slice value)
{
    struct buf scratch = {0};
    if (json_type(value) == JSON_STRING)
        value = json_string(value, &scratch);
    buf_append_slice(out, value);
    buf_free(&scratch);
}
