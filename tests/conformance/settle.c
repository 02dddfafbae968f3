#include "tests/conformance/settle.h"

#include <string.h>

static bool ask(struct wire *control)
{
    static const char request[] = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
    static const char end[] = "\r\n\r\nok\n";
    size_t end_size = sizeof end - 1;
    wire_send(control, request, sizeof request - 1);
    while (buf_size(&control->in) < end_size ||
           memcmp(buf_head(&control->in) + buf_size(&control->in) - end_size,
                  end, end_size) != 0)
        if (wire_more(control) != WIRE_OK)
            return false;
    buf_consume(&control->in, buf_size(&control->in));
    return true;
}

bool settle(struct wire *control)
{
    return ask(control) && ask(control);
}
