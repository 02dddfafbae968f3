#include "lessons/kit/story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/alloc.h"
#include "common/utf8.h"

enum {
    SHOWN_MAX = 160, /* characters of a text that a step shows */
    PAIRS_MAX = 48,  /* bytes or runs of other bytes */
    RUN_MIN = 8,     /* equal bytes that are told by their number */
    BEFORE_MAX = 30, /* characters before the first one that differs */
};

/* What a test's process has told so far. */
static struct {
    FILE *file;
    bool keeps_all;
    long cases_at; /* where they begin in the file; -1: there was none yet */
    int cases;     /* that were right */
} told;

void story_begin(FILE *file, bool keeps_all)
{
    told.file = file;
    told.keeps_all = keeps_all;
    told.cases_at = -1;
    told.cases = 0;
}

/* ------------------------------------------------------ telling */

static void tell(const char *format, va_list arguments)
{
    vfprintf(told.file, format, arguments);
    fputc('\n', told.file);
}

void story(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    tell(format, arguments);
    va_end(arguments);
}

/* Take back what was told from here on. */
static void take_back(long at)
{
    fflush(told.file);
    if (ftruncate(fileno(told.file), at) == 0)
        fseek(told.file, at, SEEK_SET);
}

/* Take back what was told of the case before. */
static void forget_case(void)
{
    take_back(told.cases_at);
    told.cases++;
    story(told.cases == 1 ? "%d case before this one was right"
                          : "%d cases before this one were right",
          told.cases);
}

static void begin_case(void)
{
    if (told.cases_at == -1)
        told.cases_at = ftell(told.file);
    else if (!told.keeps_all)
        forget_case();
}

void story_case(const char *format, ...)
{
    va_list arguments;
    begin_case();
    va_start(arguments, format);
    tell(format, arguments);
    va_end(arguments);
}

static _Noreturn void end_here(void)
{
    fail();
    abort(); /* fail() does not return */
}

void lose(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    tell(format, arguments);
    va_end(arguments);
    end_here();
}

/* ------------------------------------------------------ bytes */

static bool is_plain(unsigned char byte)
{
    return (byte >= ' ' && byte <= '~') || byte == '\r' || byte == '\n' ||
           byte == '\t';
}

/* Text begins as text, and may have something else in it here and there: a NUL
 * in a head, say. */
static bool is_text(struct slice bytes)
{
    bool is_utf8 = utf8_is_valid(bytes.data, bytes.size);
    size_t strange = 0;
    for (size_t i = 0; i < bytes.size; i++) {
        unsigned char byte = (unsigned char)bytes.data[i];
        if (is_plain(byte) || (is_utf8 && byte >= 0x80))
            continue;
        if (i == 0)
            return false;
        strange++;
    }
    return strange * 8 <= bytes.size;
}

static void tell_character(unsigned char byte)
{
    if (byte == '\r')
        fputs("\\r", told.file);
    else if (byte == '\n')
        fputs("\\n", told.file);
    else if (byte == '\t')
        fputs("\\t", told.file);
    else if (!is_plain(byte))
        fprintf(told.file, "\\x%02x", byte);
    else
        fputc(byte, told.file);
}

static void tell_text(struct slice text)
{
    fputc('"', told.file);
    for (size_t i = 0; i < text.size && i < SHOWN_MAX; i++)
        tell_character((unsigned char)text.data[i]);
    fprintf(told.file, "\"%s", text.size > SHOWN_MAX ? "..." : "");
}

/* How many bytes from here on are the same. */
static size_t run_at(struct slice bytes, size_t at)
{
    size_t end = at;
    while (end < bytes.size && bytes.data[end] == bytes.data[at])
        end++;
    return end - at;
}

/* 82 7e 01 00, then 256 x 00, of which the first 4 bytes are a header */
static void tell_pairs(struct slice bytes, size_t header_size)
{
    const char *gap = "";
    size_t i = 0;
    for (int shown = 0; i < bytes.size && shown < PAIRS_MAX; shown++) {
        unsigned byte = (unsigned char)bytes.data[i];
        size_t run = i < header_size ? 1 : run_at(bytes, i);
        if (run < RUN_MIN) {
            fprintf(told.file, "%s%02x", gap, byte);
            gap = " ";
            i++;
            continue;
        }
        fprintf(told.file, "%s%zu x %02x", i == 0 ? "" : ", then ", run, byte);
        gap = ", then ";
        i += run;
    }
    fputs(i < bytes.size ? " ..." : "", told.file);
}

void story_bytes(const char *what, struct slice bytes)
{
    if (!is_text(bytes)) {
        story_frame(what, bytes, 0);
        return;
    }
    fprintf(told.file, "%s: ", what);
    tell_text(bytes);
    fprintf(told.file, " (%zu bytes)\n", bytes.size);
}

void story_frame(const char *what, struct slice bytes, size_t header_size)
{
    fprintf(told.file, "%s: ", what);
    tell_pairs(bytes, header_size);
    fprintf(told.file, " (%zu bytes)\n", bytes.size);
}

void story_case_bytes(const char *what, struct slice bytes)
{
    begin_case();
    story_bytes(what, bytes);
}

/* ------------------------------------------------------ expectations */

void expect_number(const char *what, long long came, long long expected)
{
    if (came != expected)
        lose("%s is %lld, and %lld was right", what, came, expected);
}

void expect_between(const char *what, long long came, long long least,
                    long long most)
{
    if (came < least || came > most)
        lose("%s is %lld, and from %lld to %lld was right", what, came, least,
             most);
}

void expect_true(bool is_so, const char *sentence)
{
    if (!is_so)
        lose("not so: %s", sentence);
}

static size_t first_difference(struct slice one, struct slice other)
{
    size_t i = 0;
    while (i < one.size && i < other.size && one.data[i] == other.data[i])
        i++;
    return i;
}

void expect_bytes(const char *what, struct slice came, struct slice expected)
{
    size_t at = first_difference(came, expected);
    if (at == came.size && at == expected.size)
        return;
    story_bytes("right", expected);
    story_bytes("yours", came);
    if (at == came.size || at == expected.size)
        lose("%s: %s ends after %zu bytes", what,
             at == came.size ? "yours" : "the right one", at);
    lose("%s: the first byte that differs is number %zu (from 0): 0x%02x, and "
         "0x%02x was right",
         what, at, (unsigned char)came.data[at],
         (unsigned char)expected.data[at]);
}

static void story_text(const char *what, struct slice text)
{
    fprintf(told.file, "%s: ", what);
    tell_text(text);
    fputc('\n', told.file);
}

/* what was heard: yours differs behind "PING(hi) TEXT(" */
static void tell_difference(const char *what, struct slice came,
                            struct slice right)
{
    size_t at = first_difference(came, right);
    const char *how = at == came.size    ? "ends"
                      : at == right.size ? "goes on"
                                         : "differs";
    size_t cut = at > BEFORE_MAX ? at - BEFORE_MAX : 0;
    fprintf(told.file, "%s: yours ", what);
    if (came.size == 0) {
        fputs("is empty\n", told.file);
    } else if (at == 0) {
        fputs("differs from its beginning on\n", told.file);
    } else {
        fprintf(told.file, "%s behind %s", how, cut > 0 ? "..." : "");
        tell_text((struct slice){came.data + cut, at - cut});
        fputc('\n', told.file);
    }
}

void expect_text(const char *what, struct slice came, const char *expected)
{
    struct slice right = slice_of(expected);
    if (slice_is(came, expected))
        return;
    story_text("right", right);
    story_text("yours", came);
    tell_difference(what, came, right);
    end_here();
}

void expect_written(bool is_written, const char *what)
{
    if (!is_written)
        lose("%s is not written yet: it is yours to write", what);
}

static void tell_way(const struct slice *parts, size_t count)
{
    if (count == 1)
        story("it comes all at once");
    else if (count == 2)
        story("it comes in two parts, cut behind byte %zu", parts[0].size);
    else
        story("it comes one byte at a time");
}

/* Of a way that was right nothing is told. */
static void try_way(const struct slice *parts, size_t count,
                    void (*try_parts)(const struct slice *parts, size_t count))
{
    long at = ftell(told.file);
    tell_way(parts, count);
    try_parts(parts, count);
    if (!told.keeps_all)
        take_back(at);
}

void in_every_way(struct slice bytes,
                  void (*try_parts)(const struct slice *parts, size_t count))
{
    struct slice *parts = allocate((bytes.size + 1) * sizeof *parts);
    parts[0] = bytes;
    try_way(parts, 1, try_parts);
    for (size_t i = 0; i < bytes.size; i++)
        parts[i] = (struct slice){bytes.data + i, 1};
    try_way(parts, bytes.size, try_parts);
    for (size_t cut = 1; cut < bytes.size; cut++) {
        parts[0] = (struct slice){bytes.data, cut};
        parts[1] = (struct slice){bytes.data + cut, bytes.size - cut};
        try_way(parts, 2, try_parts);
    }
    free(parts);
}
