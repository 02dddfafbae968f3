#include "client/report.h"

#include <math.h>
#include <string.h>

#include "client/sentence.h"
#include "common/buf.h"

/* ---------------------------------------------------------------- columns */

enum format { FORMAT_NUMBER, FORMAT_COUNT, FORMAT_PERCENT };

struct column {
    const char *group, *name; /* of the heading */
    size_t field;             /* offset in struct result */
    int width;                /* characters, the last one for the mark */
    enum format format;
};

struct columns {
    const struct column *list;
    size_t count;
};

static const struct column message_columns[] = {
    {"delay in ms", "p50", RESULT_FIELD(p50_ms), 7, FORMAT_NUMBER},
    {"delay in ms", "p99", RESULT_FIELD(p99_ms), 7, FORMAT_NUMBER},
    {"delay in ms", "max", RESULT_FIELD(max_ms), 7, FORMAT_NUMBER},
    {"messages", "lost", RESULT_FIELD(lost), 6, FORMAT_COUNT},
    {"messages", "dup", RESULT_FIELD(duplicated), 4, FORMAT_COUNT},
    {"messages", "ooo", RESULT_FIELD(disordered), 5, FORMAT_COUNT},
    {"requests", "sent", RESULT_FIELD(requests), 7, FORMAT_COUNT},
    {"requests", "empty", RESULT_FIELD(empty_percent), 7, FORMAT_PERCENT},
    {"TCP", "conns", RESULT_FIELD(connections), 6, FORMAT_COUNT},
    {"bytes per message", "up", RESULT_FIELD(bytes_up_each), 6, FORMAT_NUMBER},
    {"bytes per message", "down", RESULT_FIELD(bytes_down_each), 6,
     FORMAT_NUMBER},
    {"bytes per message", "on wire", RESULT_FIELD(wire_each), 9, FORMAT_NUMBER},
    {"CPU ms", "/1000", RESULT_FIELD(cpu_ms), 7, FORMAT_NUMBER},
};

static const struct column idle_columns[] = {
    {"of a client, in a minute", "requests", RESULT_FIELD(requests_each), 11,
     FORMAT_NUMBER},
    {"of a client, in a minute", "empty", RESULT_FIELD(empty_percent), 8,
     FORMAT_PERCENT},
    {"of a client, in a minute", "bytes up", RESULT_FIELD(bytes_up_each), 11,
     FORMAT_NUMBER},
    {"of a client, in a minute", "bytes down", RESULT_FIELD(bytes_down_each),
     12, FORMAT_NUMBER},
    {"of a client, in a minute", "on wire", RESULT_FIELD(wire_each), 10,
     FORMAT_NUMBER},
    {"of the server, for a client", "CPU ms/min", RESULT_FIELD(cpu_ms), 14,
     FORMAT_NUMBER},
    {"of the server, for a client", "memory bytes", RESULT_FIELD(memory), 16,
     FORMAT_NUMBER},
};

enum { LABEL_WIDTH = 16 };

static struct columns columns_of(const struct workload *workload)
{
    if (workload->rhythm == RHYTHM_SILENT)
        return (struct columns){idle_columns,
                                sizeof idle_columns / sizeof *idle_columns};
    return (struct columns){message_columns,
                            sizeof message_columns / sizeof *message_columns};
}

static const char *cell_text(const struct result *result,
                             const struct column *column,
                             char text[NUMBER_SIZE])
{
    double value = result_field(result, column->field);
    switch (column->format) {
    case FORMAT_NUMBER: return number_text(value, text);
    case FORMAT_COUNT: return count_text(value, text);
    case FORMAT_PERCENT: break;
    }
    if (isnan(value))
        return number_text(value, text);
    snprintf(text, NUMBER_SIZE, "%.0f%%", value);
    return text;
}

/* ---------------------------------------------------------------- tables */

/* "--- text ---" in `width` characters, or as much of it as there is room
 * for. */
static void append_group(struct buf *out, const char *text, int width)
{
    int dashes = width - (int)strlen(text) - 3; /* a blank before each part */
    int left = dashes / 2, right = dashes - left;
    if (dashes < 2) {
        buf_printf(out, "%*s ", width - 1, text);
        return;
    }
    buf_append_text(out, " ");
    while (left-- > 0)
        buf_append_text(out, "-");
    buf_printf(out, " %s ", text);
    while (--right > 0)
        buf_append_text(out, "-");
    buf_append_text(out, " ");
}

static void append_groups(struct buf *out, struct columns columns)
{
    buf_printf(out, "%*s", LABEL_WIDTH, "");
    for (size_t i = 0; i < columns.count;) {
        const char *group = columns.list[i].group;
        int width = 0;
        for (; i < columns.count && strcmp(columns.list[i].group, group) == 0;
             i++)
            width += columns.list[i].width;
        append_group(out, group, width);
    }
    buf_append_text(out, "\n");
}

static void append_names(struct buf *out, struct columns columns)
{
    buf_printf(out, " %-*s", LABEL_WIDTH - 1, "technique");
    for (size_t i = 0; i < columns.count; i++)
        buf_printf(out, "%*s ", columns.list[i].width - 1,
                   columns.list[i].name);
    buf_append_text(out, "\n");
}

static void append_cell(struct buf *out, const struct table *table,
                        const struct result *result,
                        const struct column *column, enum report_style style)
{
    char text[NUMBER_SIZE];
    bool is_marked = table_is_marked(table, result, column->field);
    bool is_colored = is_marked && style == REPORT_COLOR;
    cell_text(result, column, text);
    buf_printf(out, "%s%*s%s%c", is_colored ? "\x1b[1;32m" : "",
               column->width - 1, text, is_colored ? "\x1b[0m" : "",
               is_marked && !is_colored ? '*' : ' ');
}

static void append_table(struct buf *out, const struct table *table,
                         enum report_style style)
{
    struct columns columns = columns_of(table->workload);
    append_groups(out, columns);
    append_names(out, columns);
    for (size_t i = 0; i < table->count; i++) {
        const struct result *result = &table->results[i];
        buf_printf(out, " %-*s", LABEL_WIDTH - 1, result->technique);
        for (size_t j = 0; j < columns.count; j++)
            append_cell(out, table, result, &columns.list[j], style);
        buf_append_text(out, "\n");
    }
}

/* The text without the blanks at the ends of its lines. */
static void write_trimmed(FILE *file, struct slice text)
{
    size_t blanks = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == ' ') {
            blanks++;
            continue;
        }
        if (text.data[i] != '\n')
            fprintf(file, "%*s", (int)blanks, "");
        fputc(text.data[i], file);
        blanks = 0;
    }
}

static void write_plain(FILE *file, const struct table *table,
                        enum report_style style)
{
    struct buf out = {0};
    append_table(&out, table, style);
    write_trimmed(file, buf_slice(&out));
    buf_free(&out);
}

static void write_markdown(FILE *file, const struct table *table)
{
    struct columns columns = columns_of(table->workload);
    char text[NUMBER_SIZE];
    fputs("| technique |", file);
    for (size_t i = 0; i < columns.count; i++)
        fprintf(file, " %s: %s |", columns.list[i].group, columns.list[i].name);
    fputs("\n|---|", file);
    for (size_t i = 0; i < columns.count; i++)
        fputs("---:|", file);
    for (size_t i = 0; i < table->count; i++) {
        const struct result *result = &table->results[i];
        fprintf(file, "\n| %s |", result->technique);
        for (size_t j = 0; j < columns.count; j++) {
            bool is_marked =
                table_is_marked(table, result, columns.list[j].field);
            const char *mark = is_marked ? "**" : "";
            cell_text(result, &columns.list[j], text);
            fprintf(file, " %s%s%s |", mark, text, mark);
        }
    }
    fputs("\n\n", file);
}

/* Words with a line's end in the place of a blank, where there is no room. */
static void write_wrapped(FILE *file, struct slice text, int width)
{
    size_t start = 0;
    while (text.size - start > (size_t)width) {
        size_t end = start + (size_t)width;
        while (end > start && text.data[end] != ' ')
            end--;
        if (end == start)
            break; /* one long word */
        fprintf(file, " %.*s\n", (int)(end - start), text.data + start);
        start = end + 1;
    }
    fprintf(file, " %.*s\n", (int)(text.size - start), text.data + start);
}

static void write_sentence(FILE *file, const struct table *table,
                           enum report_style style)
{
    struct buf out = {0};
    sentence_append(&out, table);
    if (style == REPORT_MARKDOWN)
        fprintf(file, "%.*s\n", (int)buf_size(&out), (char *)buf_head(&out));
    else
        write_wrapped(file, buf_slice(&out), REPORT_COLUMNS - 2);
    buf_free(&out);
}

void report_table(FILE *file, const struct table *table,
                  enum report_style style)
{
    const char *bold = style == REPORT_COLOR ? "\x1b[1m" : "";
    const char *plain = style == REPORT_COLOR ? "\x1b[0m" : "";
    const struct workload *workload = table->workload;
    if (style == REPORT_MARKDOWN) {
        fprintf(file, "\n### %s: %s\n\n", workload->name, workload->about);
        write_markdown(file, table);
    } else {
        fprintf(file, "\n %s%s%s: %s\n\n", bold, workload->name, plain,
                workload->about);
        write_plain(file, table, style);
        fputc('\n', file);
    }
    write_sentence(file, table, style);
}

void report_legend(FILE *file, enum report_style style)
{
    static const char *const rows[][2] = {
        {"delay",
         "from the moment when an event was due until a client had it"},
        {"p50, p99", "half, or 99 of 100, of the deliveries took no longer"},
        {"lost, dup, ooo", "never came; came twice; came out of order"},
        {"requests", "over HTTP; empty: the answer brought no message"},
        {"TCP conns", "connections that the clients opened"},
        {"bytes up, down", "of a delivered message, as the programs see them"},
        {"on wire", "up and down, with the headers of TCP and IP"},
        {"CPU",
         "of the server, less what publishing alone takes (not so in chat)"},
        {"idle", "too short a time for heartbeats and time-outs to be seen"},
    };
    const char *mark = style == REPORT_COLOR ? "green" : "*";
    if (style == REPORT_MARKDOWN) {
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
            fprintf(file, "- %s: %s\n", rows[i][0], rows[i][1]);
        return;
    }
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        fprintf(file, "   %-15s %s\n", rows[i][0], rows[i][1]);
    fprintf(file, "   %-15s %s\n", mark,
            "the best, or within 5 % of it; never with a loss");
}

/* ---------------------------------------------------------------- files */

static void write_json_result(FILE *file, const struct result *result)
{
    fprintf(file, "\n      {\"technique\": \"%s\"", result->technique);
    for (size_t i = 0; i < result_key_count; i++) {
        double value = result_field(result, result_keys[i].field);
        if (isnan(value))
            fprintf(file, ", \"%s\": null", result_keys[i].name);
        else
            fprintf(file, ", \"%s\": %.6g", result_keys[i].name, value);
    }
    fputc('}', file);
}

void report_json(FILE *file, const struct table *tables, size_t count,
                 uint64_t seed)
{
    fprintf(file, "{\"seed\": %llu, \"workloads\": [",
            (unsigned long long)seed);
    for (size_t i = 0; i < count; i++) {
        fprintf(file,
                "%s\n  {\"name\": \"%s\", \"about\": \"%s\", \"rounds\": %d, "
                "\"results\": [",
                i > 0 ? "," : "", tables[i].workload->name,
                tables[i].workload->about, tables[i].rounds);
        for (size_t j = 0; j < tables[i].count; j++) {
            fputs(j > 0 ? "," : "", file);
            write_json_result(file, &tables[i].results[j]);
        }
        fputs("\n    ]}", file);
    }
    fputs("\n]}\n", file);
}

void report_csv(FILE *file, const struct table *tables, size_t count)
{
    fputs("workload,technique", file);
    for (size_t i = 0; i < result_key_count; i++)
        fprintf(file, ",%s", result_keys[i].name);
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < tables[i].count; j++) {
            const struct result *result = &tables[i].results[j];
            fprintf(file, "\r\n%s,%s", tables[i].workload->name,
                    result->technique);
            for (size_t k = 0; k < result_key_count; k++) {
                double value = result_field(result, result_keys[k].field);
                fprintf(file, isnan(value) ? "," : ",%.6g", value);
            }
        }
    fputs("\r\n", file);
}

/* ---------------------------------------------------------------- progress */

void report_progress(FILE *terminal, double fraction, const char *label)
{
    enum { BAR_WIDTH = 30 };
    char bar[BAR_WIDTH + 1];
    fputs("\r\x1b[K", terminal);
    if (label != NULL) {
        int full = (int)(fraction * BAR_WIDTH);
        memset(bar, '.', BAR_WIDTH);
        memset(bar, '#', (size_t)(full < BAR_WIDTH ? full : BAR_WIDTH));
        bar[BAR_WIDTH] = '\0';
        fprintf(terminal, " [%s] %3.0f%%  %s", bar, 100 * fraction, label);
    }
    fflush(terminal);
}
