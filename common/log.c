#include "common/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "common/buf.h"

/* One of the two settings of the whole process; the other is the signal
 * flag. */
static struct log_options current = {.level = LOG_ERROR};

void log_set(const struct log_options *options)
{
    current = *options;
}

bool log_wants(enum log_level level)
{
    return level <= current.level;
}

static void append_json_text(struct buf *line, struct slice text)
{
    for (size_t i = 0; i < text.size; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        if (byte == '"' || byte == '\\')
            buf_printf(line, "\\%c", byte);
        else if (byte < 0x20)
            buf_printf(line, "\\u%04x", byte);
        else
            buf_append(line, &byte, 1);
    }
}

static void append_as_json(struct buf *line, const char *level,
                           struct slice text)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    buf_printf(line, "{\"time\":%lld.%03ld,\"level\":\"%s\",\"text\":\"",
               (long long)now.tv_sec, now.tv_nsec / 1000000, level);
    append_json_text(line, text);
    buf_append_text(line, "\"}\n");
}

static void write_all(const struct buf *line)
{
    size_t done = 0;
    while (done < buf_size(line)) {
        ssize_t wrote =
            write(STDERR_FILENO, line->data + done, buf_size(line) - done);
        if (wrote == -1 && errno != EINTR)
            return; /* nobody is left who could be told */
        done += wrote > 0 ? (size_t)wrote : 0;
    }
}

static void write_line(const char *level, const char *format, va_list arguments)
{
    static const char red[] = "\x1b[31m", plain[] = "\x1b[0m";
    int saved = errno;
    char text[2048];
    struct buf line = {0};
    vsnprintf(text, sizeof text, format, arguments);
    bool is_red = current.color && level[0] == 'e';
    if (current.json)
        append_as_json(&line, level, slice_of(text));
    else
        buf_printf(&line, "%s%s%s\n", is_red ? red : "", text,
                   is_red ? plain : "");
    write_all(&line);
    buf_free(&line);
    errno = saved;
}

void log_error(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    write_line("error", format, arguments);
    va_end(arguments);
}

void log_info(const char *format, ...)
{
    va_list arguments;
    if (!log_wants(LOG_INFO))
        return;
    va_start(arguments, format);
    write_line("info", format, arguments);
    va_end(arguments);
}

void log_trace(const char *format, ...)
{
    va_list arguments;
    if (!log_wants(LOG_TRACE))
        return;
    va_start(arguments, format);
    write_line("trace", format, arguments);
    va_end(arguments);
}

void log_bytes(const char *name, char direction, const void *bytes, size_t size)
{
    enum { ROW = 16, SHOWN_MAX = 4096 };
    const uint8_t *byte = bytes;
    if (!log_wants(LOG_TRACE_HEX))
        return;
    for (size_t row = 0; row < size && row < SHOWN_MAX; row += ROW) {
        char hex[3 * ROW + 1] = "", text[ROW + 1] = "";
        for (size_t i = 0; i < ROW && row + i < size; i++) {
            uint8_t value = byte[row + i];
            snprintf(hex + 3 * i, 4, " %02x", value);
            text[i] = value >= 0x20 && value < 0x7f ? (char)value : '.';
        }
        log_trace("%s %c %04zx %-48s  %s", name, direction, row, hex, text);
    }
    if (size > SHOWN_MAX)
        log_trace("%s %c ... %zu bytes in all", name, direction, size);
}

/* One byte as it is shown, at most 4 characters. */
static const char *spell(unsigned char byte, char text[5])
{
    static const char hex[] = "0123456789abcdef";
    if (byte == '\r' || byte == '\n' || byte == '\t')
        snprintf(text, 5, "\\%c",
                 byte == '\r'   ? 'r'
                 : byte == '\n' ? 'n'
                                : 't');
    else if (byte >= 0x20 && byte < 0x7f)
        snprintf(text, 5, "%c", byte);
    else
        snprintf(text, 5, "\\x%c%c", hex[byte >> 4], hex[byte & 15]);
    return text;
}

const char *log_escaped(struct slice bytes, char text[LOG_ESCAPED_MAX])
{
    enum { ELLIPSIS = 4 }; /* "..." and the NUL */
    size_t size = 0;
    for (size_t i = 0; i < bytes.size; i++) {
        char spelt[5];
        size_t more = strlen(spell((unsigned char)bytes.data[i], spelt));
        if (size + more + ELLIPSIS > LOG_ESCAPED_MAX) {
            memcpy(text + size, "...", 3);
            size += 3;
            break;
        }
        memcpy(text + size, spelt, more);
        size += more;
    }
    text[size] = '\0';
    return text;
}
