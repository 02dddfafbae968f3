#include "lessons/kit/report.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/buf.h"
#include "common/json.h"

enum { PRINTED_LINES = 20 }; /* of what an exercise printed */

struct format {
    const char *name;
    void (*begin)(const struct report *report);
    void (*add)(const struct report *report, const struct verdict *verdict);
    void (*end)(const struct report *report);
};

/* The next line of a story, without its end; false: there is none. */
static bool next_line(struct slice *rest, struct slice *line)
{
    const char *end = memchr(rest->data, '\n', rest->size);
    if (rest->size == 0)
        return false;
    line->data = rest->data;
    line->size = end ? (size_t)(end - rest->data) : rest->size;
    size_t taken = line->size + (end != NULL);
    rest->data += taken;
    rest->size -= taken;
    return true;
}

/* ------------------------------------------------------ text */

static void begin_text(const struct report *report)
{
    printf("lesson %s\n\n", report->lesson);
}

static void print_steps(const struct verdict *verdict)
{
    struct slice rest = slice_of(verdict->story), line;
    int number = 1;
    while (next_line(&rest, &line))
        printf("    %d. %.*s\n", number++, (int)line.size, line.data);
}

static void print_printed(const struct verdict *verdict)
{
    struct slice rest = slice_of(verdict->printed), line;
    int count = 0;
    if (rest.size > 0)
        puts("    what it printed:");
    while (count++ < PRINTED_LINES && next_line(&rest, &line))
        printf("        %.*s\n", (int)line.size, line.data);
    if (rest.size > 0)
        puts("        ...");
}

static void add_text(const struct report *report, const struct verdict *verdict)
{
    const struct graded_test *test = verdict->test;
    printf("%-5s %3d points  %s\n", verdict->has_passed ? "ok" : "lost",
           test->points, test->sentence);
    if (verdict->has_passed)
        return;
    print_steps(verdict);
    print_printed(verdict);
    bool may_fit = !verdict->has_broken || report->are_hints_asked_for;
    int hints = may_fit ? report->hints : 0;
    for (int i = 0; i < hints && test->hints[i] != NULL; i++)
        printf("    hint: %s\n", test->hints[i]);
    if (test->by_hand != NULL)
        printf("    by hand: %s\n", test->by_hand);
    else
        printf("    by hand: TEST=%d make exercise-%.2s\n", report->count,
               report->lesson);
}

static void end_text(const struct report *report)
{
    printf("\n%d of %d points", report->points, report->of);
    if (report->lost > 0 && report->hints < HINTS)
        printf("   (HINTS=%d shows more)", report->hints + 1);
    putchar('\n');
    if (report->lost == 0)
        return;
    printf("alone, with all cases and all that yours prints: TEST=%d make "
           "exercise-%.2s\n",
           report->first_lost, report->lesson);
    printf("in a debugger: TEST=%d gdb -ex run build/exercise/%s\n",
           report->first_lost, report->lesson);
}

/* ------------------------------------------------------ a line of a table */

static void say_nothing(const struct report *report)
{
    (void)report;
}

static void add_nothing(const struct report *report,
                        const struct verdict *verdict)
{
    (void)report;
    (void)verdict;
}

static void end_table(const struct report *report)
{
    printf("%-28s %4d of %d\n", report->lesson, report->points, report->of);
}

/* ------------------------------------------------------ JSON */

static bool is_printable(char byte)
{
    return (byte >= ' ' && byte <= '~') || byte == '\n' || byte == '\t';
}

/* An exercise may print anything, but not all of it may stand in JSON or XML: a
 * byte that is not of ASCII becomes \xNN. Free the buffer. */
static struct buf made_visible(const char *text)
{
    struct buf visible = {0};
    for (; *text != '\0'; text++)
        if (is_printable(*text))
            buf_append(&visible, text, 1);
        else
            buf_printf(&visible, "\\x%02x", (unsigned char)*text);
    return visible;
}

static void print_json(const char *text)
{
    struct buf visible = made_visible(text);
    struct buf json = {0};
    json_append_string(&json, buf_slice(&visible));
    fwrite(buf_head(&json), 1, buf_size(&json), stdout);
    buf_free(&json);
    buf_free(&visible);
}

static void begin_json(const struct report *report)
{
    printf("{\"lesson\":");
    print_json(report->lesson);
    printf(",\"tests\":[");
}

static void add_json(const struct report *report, const struct verdict *verdict)
{
    printf("%s\n  {\"sentence\":", report->count > 1 ? "," : "");
    print_json(verdict->test->sentence);
    printf(",\"points\":%d,\"of\":%d,\"story\":",
           verdict->has_passed ? verdict->test->points : 0,
           verdict->test->points);
    print_json(verdict->has_passed ? "" : verdict->story);
    printf(",\"printed\":");
    print_json(verdict->has_passed ? "" : verdict->printed);
    putchar('}');
}

static void end_json(const struct report *report)
{
    printf("],\n \"points\":%d,\"of\":%d}\n", report->points, report->of);
}

/* ------------------------------------------------------ JUnit's XML */

static void print_xml(const char *text)
{
    struct buf visible = made_visible(text);
    struct slice rest = buf_slice(&visible);
    for (size_t i = 0; i < rest.size; i++)
        if (strchr("<>&\"'", rest.data[i]) != NULL)
            printf("&#%d;", rest.data[i]);
        else
            putchar(rest.data[i]);
    buf_free(&visible);
}

static void begin_junit(const struct report *report)
{
    printf("<testsuite name=\"%s\">\n", report->lesson);
}

static void add_junit(const struct report *report,
                      const struct verdict *verdict)
{
    printf("  <testcase classname=\"%s\" name=\"", report->lesson);
    print_xml(verdict->test->sentence);
    if (verdict->has_passed) {
        puts("\"/>");
        return;
    }
    printf("\"><failure message=\"%d points lost\">", verdict->test->points);
    print_xml(verdict->story);
    printf("</failure><system-out>");
    print_xml(verdict->printed);
    puts("</system-out></testcase>");
}

static void end_junit(const struct report *report)
{
    printf("  <!-- %d of %d points -->\n</testsuite>\n", report->points,
           report->of);
}

/* ------------------------------------------------------ which of them */

static const struct format formats[] = {
    {"text", begin_text, add_text, end_text},
    {"table", say_nothing, add_nothing, end_table},
    {"json", begin_json, add_json, end_json},
    {"junit", begin_junit, add_junit, end_junit},
};

static const struct format *chosen_format(void)
{
    const char *name = getenv("FORMAT");
    if (name == NULL || *name == '\0')
        return formats;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (strcmp(formats[i].name, name) == 0)
            return &formats[i];
    fprintf(stderr, "FORMAT=%s: there are text, table, json and junit\n", name);
    exit(2);
}

/* 1 when $HINTS says nothing. */
static int chosen_hints(bool *are_asked_for)
{
    const char *text = getenv("HINTS");
    *are_asked_for = text != NULL && *text != '\0';
    if (!*are_asked_for)
        return 1;
    if (*text >= '0' && *text <= '0' + HINTS && text[1] == '\0')
        return *text - '0';
    fprintf(stderr, "HINTS=%s: give 0 to %d\n", text, HINTS);
    exit(2);
}

void report_begin(struct report *report, const struct graded_test *tests)
{
    report->format = chosen_format();
    report->hints = chosen_hints(&report->are_hints_asked_for);
    for (const struct graded_test *test = tests; test->sentence; test++)
        report->of += test->points;
    report->format->begin(report);
}

void report_add(struct report *report, const struct verdict *verdict)
{
    report->count++;
    if (verdict->has_passed)
        report->points += verdict->test->points;
    else
        report->lost++;
    if (report->lost == 1 && !verdict->has_passed)
        report->first_lost = report->count;
    report->format->add(report, verdict);
}

void report_end(const struct report *report)
{
    report->format->end(report);
}
