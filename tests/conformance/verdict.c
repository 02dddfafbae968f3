#include "tests/conformance/verdict.h"

#include <stdarg.h>
#include <stdio.h>

bool verdict_fail(struct verdict *verdict, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (verdict->why[0] == '\0')
        vsnprintf(verdict->why, sizeof verdict->why, format, arguments);
    va_end(arguments);
    return false;
}
