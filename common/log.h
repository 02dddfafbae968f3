/* log.h -- one line on standard error for each thing that happened.
 *
 *      127.0.0.1:47504: closed (peer sent 1000)
 *
 * What peers sent goes through log_escaped() first, so that nobody writes to
 * our terminal (CWE-117). A line is one write(2), and errno survives it.
 */
#ifndef COMMON_LOG_H
#define COMMON_LOG_H

#include <stdbool.h>

#include "common/slice.h"

enum log_level { LOG_ERROR, LOG_INFO, LOG_TRACE, LOG_TRACE_HEX };

struct log_options {
    enum log_level level; /* lines above it are not written */
    bool json;            /* {"time":...,"level":"info","text":"..."} a line */
    bool color;           /* direction and level of a line on a terminal */
};

/* How to log from now on; the one setting of the process, made once by main. */
void log_set(const struct log_options *options);

/* Is this level written? Asked before work that only a trace needs. */
bool log_wants(enum log_level level);

/* Write a line, as printf(3) does; the line's end is added. */
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_trace(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Bytes as they are on the wire, 16 in a row, with LOG_TRACE_HEX: `<` came in
 * from the peer of this name, `>` goes out to it. */
void log_bytes(const char *name, char direction, const void *bytes,
               size_t size);

enum { LOG_ESCAPED_MAX = 256 };

/* `bytes` with control characters and what is not ASCII spelt as \r, \n or
 * \x1b, cut with "..." where `text` ends. Returns `text`. */
const char *log_escaped(struct slice bytes, char text[LOG_ESCAPED_MAX]);

#endif
