#include "lessons/kit/ending.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "common/alloc.h"
#include "lessons/kit/story.h"

enum {
    LINE_SIZE = 512,
    PLACE_SIZE = 256,
    PRINTED_MAX = 4000, /* bytes that are kept of what it printed */
};

static bool next_line(FILE *printed, char line[LINE_SIZE])
{
    if (fgets(line, LINE_SIZE, printed) == NULL)
        return false;
    line[strcspn(line, "\n")] = '\0';
    return true;
}

static bool is_cause(const char *line)
{
    return strstr(line, "runtime error: ") || strstr(line, ": Assertion ") ||
           strstr(line, "SUMMARY: ");
}

static bool find_cause(FILE *printed, char line[LINE_SIZE])
{
    rewind(printed);
    while (next_line(printed, line))
        if (is_cause(line))
            return true;
    return false;
}

/* " at exercise.c:41 in take_frame", or nothing. */
static void find_place(const struct ending *ending, char place[PLACE_SIZE])
{
    char line[LINE_SIZE], folder[64], function[64], file[160];
    snprintf(folder, sizeof folder, "lessons/%s/", ending->lesson);
    *place = '\0';
    rewind(ending->printed);
    while (next_line(ending->printed, line)) {
        if (sscanf(line, " #%*d %*s in %63s %159s", function, file) != 2)
            continue;
        const char *inside = strstr(file, folder);
        if (inside == NULL)
            continue;
        snprintf(place, PLACE_SIZE, " at %s in %s", inside + strlen(folder),
                 function);
        return;
    }
}

/* SUMMARY: AddressSanitizer: 12 byte(s) leaked in ...; or a fault and a place,
 * which may be outside of the exercise. */
static void tell_summary(const char *fault, const char *place)
{
    int size = (int)strcspn(fault, " ");
    if (strstr(fault, "leaked") != NULL)
        story("it leaked %.*s bytes, allocated%s", size, fault, place);
    else
        story("it crashed: %.*s%s", size, fault, place);
}

/* The rest of the line behind `mark`; NULL: it has none. */
static const char *behind(const char *line, const char *mark)
{
    const char *at = strstr(line, mark);
    return at == NULL ? NULL : at + strlen(mark);
}

static void tell_cause(const char *line, const char *place)
{
    const char *summary = behind(line, "Sanitizer: ");
    const char *error = behind(line, "runtime error: ");
    const char *assertion = behind(line, ": "); /* the program's name */
    if (summary != NULL)
        tell_summary(summary, place);
    else if (error != NULL && *place != '\0')
        story("it crashed%s: %s", place, error);
    else
        story("it crashed%s: %s", place, assertion ? assertion : line);
}

void ending_tell(const struct ending *ending)
{
    char line[LINE_SIZE], place[PLACE_SIZE];
    int status = ending->status;
    find_place(ending, place);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
        story("it hangs%s: there was no end after %d s", place,
              ending->limit_s);
    else if (find_cause(ending->printed, line))
        tell_cause(line, place);
    else if (WIFSIGNALED(status))
        story("it crashed: %s", strsignal(WTERMSIG(status)));
    else
        story("it ended by itself, with status %d", WEXITSTATUS(status));
}

static bool is_of_report(const char *line)
{
    return is_cause(line) || strstr(line, "AddressSanitizer") ||
           strstr(line, "==========") || strncmp(line, "    #0 ", 7) == 0;
}

char *ending_printed(const struct ending *ending)
{
    char line[LINE_SIZE];
    char *text = allocate(PRINTED_MAX + LINE_SIZE);
    size_t size = 0;
    rewind(ending->printed);
    while (size < PRINTED_MAX && next_line(ending->printed, line) &&
           !is_of_report(line))
        size += (size_t)sprintf(text + size, "%s\n", line);
    while (size > 0 && text[size - 1] == '\n')
        size--; /* a report of leaks begins with an empty line */
    text[size] = '\0';
    return text;
}
