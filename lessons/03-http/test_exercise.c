/* test_exercise.c -- is the head taken apart or refused as exercise.h says? */
#include <stdio.h>

#include "lessons/03-http/exercise.h"
#include "lessons/kit/arrival.h"
#include "lessons/kit/grade.h"

#define REQUEST                                                                \
    "POST /polling?channel=a HTTP/1.1\r\n"                                     \
    "Host: example.org\r\n"                                                    \
    "Content-Length: 5\r\n"                                                    \
    "\r\n"

/* ------------------------------------------------------ with a story */

static const char *name_of(enum head_result result)
{
    switch (result) {
    case HEAD_NOT_WRITTEN: return "HEAD_NOT_WRITTEN";
    case HEAD_NEED_MORE: return "HEAD_NEED_MORE";
    case HEAD_COMPLETE: return "HEAD_COMPLETE";
    case HEAD_BAD: return "HEAD_BAD";
    }
    return "none of the results that there are";
}

/* Parse bytes behind which there is nothing. */
static enum head_result parse(struct slice arrival, struct head *head)
{
    enum head_result result = head_parse(arrival, head);
    expect_written(result != HEAD_NOT_WRITTEN, "head_parse()");
    return result;
}

/* `what` is told when it is another result. */
static void expect_result_in(struct head *head, const char *what,
                             struct slice bytes, enum head_result right)
{
    struct slice arrival = arrival_of(bytes);
    enum head_result result = parse(arrival, head);
    arrival_free(arrival);
    if (result == right)
        return;
    story_bytes(what, bytes);
    if (result == HEAD_BAD && head->why != NULL)
        story("it is refused because of %s", head->why);
    lose("the result is %s, and %s was right", name_of(result), name_of(right));
}

static void expect_result(const char *what, struct slice bytes,
                          enum head_result right)
{
    struct head head = {0};
    expect_result_in(&head, what, bytes, right);
}

static void refused(const char *text)
{
    expect_result("comes", slice_of(text), HEAD_BAD);
}

/* The fields of an otherwise good request are refused. */
static void fields_refused(const char *fields)
{
    char text[512];
    snprintf(text, sizeof text, "POST / HTTP/1.1\r\nHost: a\r\n%s\r\n", fields);
    refused(text);
}

/* The head of bytes that are one, to which it points: arrival_free() them. */
static struct head complete(const char *text, struct slice *arrival)
{
    struct head head = {0};
    story_case_bytes("comes", slice_of(text));
    *arrival = arrival_of(slice_of(text));
    enum head_result result = parse(*arrival, &head);
    if (result != HEAD_COMPLETE)
        lose("the result is %s, and HEAD_COMPLETE was right", name_of(result));
    return head;
}

static void expect_field(const struct head *head, size_t i, const char *name,
                         const char *value)
{
    expect_between("head->count", (long long)head->count, (long long)i + 1,
                   FIELDS_MAX);
    expect_text("the name of a field", head->fields[i].name, name);
    expect_text("its value", head->fields[i].value, value);
}

/* ------------------------------------------------------ what is there */

static void it_is_taken_apart(void)
{
    struct slice arrival;
    struct head head = complete(REQUEST, &arrival);
    expect_text("the method", head.method, "POST");
    expect_text("the target", head.target, "/polling?channel=a");
    expect_number("head->count", (long long)head.count, 2);
    expect_field(&head, 0, "Host", "example.org");
    expect_field(&head, 1, "Content-Length", "5");
    arrival_free(arrival);
}

/* The same head is filled in at each call. */
static void try_parts(const struct slice *parts, size_t count)
{
    struct slice all = {parts[0].data, 0};
    struct head head = {0};
    for (size_t i = 0; i < count; i++) {
        all.size += parts[i].size;
        bool is_whole = all.size == strlen(REQUEST);
        expect_result_in(&head, "has come so far", all,
                         is_whole ? HEAD_COMPLETE : HEAD_NEED_MORE);
    }
    for (int i = 0; i < 2; i++) {
        expect_number("head->count", (long long)head.count, 2);
        expect_number("head->length", (long long)head.length, 5);
        expect_result_in(&head, "comes once more", all, HEAD_COMPLETE);
    }
}

static void it_waits_for_the_empty_line(void)
{
    story_bytes("sent", slice_of(REQUEST));
    in_every_way(slice_of(REQUEST), try_parts);
}

static void the_rest_is_left(void)
{
    struct slice arrival;
    struct head head = complete(
        REQUEST "a\r\n\r\nbGET / HTTP/1.1\r\nHost: b\r\n\r\n", &arrival);
    expect_number("head->size", (long long)head.size,
                  (long long)strlen(REQUEST));
    expect_number("head->count", (long long)head.count, 2);
    arrival_free(arrival);
    head = complete(REQUEST "\x01\n", &arrival);
    expect_number("head->size", (long long)head.size,
                  (long long)strlen(REQUEST));
    arrival_free(arrival);
}

static void names_have_no_case(void)
{
    struct slice arrival;
    struct head head = complete("GET / HTTP/1.1\r\nhOST:\t a b \t\r\n"
                                "X-Empty:\r\ncontent-LENGTH:7\r\n\r\n",
                                &arrival);
    expect_field(&head, 0, "hOST", "a b");
    expect_field(&head, 1, "X-Empty", "");
    expect_number("head->body", head.body, BODY_LENGTH);
    expect_number("head->length", (long long)head.length, 7);
    arrival_free(arrival);
    head =
        complete("GET / HTTP/1.1\r\nHost: a\r\nX: caf\xc3\xa9\tau lait\r\n\r\n",
                 &arrival);
    expect_field(&head, 1, "X", "caf\xc3\xa9\tau lait");
    arrival_free(arrival);
}

static void body_ends(const char *fields, enum body_end body, uint64_t length)
{
    char text[256];
    struct slice arrival;
    snprintf(text, sizeof text, "POST / HTTP/1.1\r\nHost: a\r\n%s\r\n", fields);
    struct head head = complete(text, &arrival);
    arrival_free(arrival);
    expect_number("head->body (0: none, 1: length, 2: chunked)", head.body,
                  body);
    expect_number("head->length", (long long)head.length, (long long)length);
}

static void it_says_where_the_body_ends(void)
{
    body_ends("", BODY_NONE, 0);
    body_ends("Content-Length: 0\r\n", BODY_LENGTH, 0);
    body_ends("Content-Length: 0042\r\n", BODY_LENGTH, 42);
    body_ends("Content-Length: 9223372036854775807\r\n", BODY_LENGTH,
              INT64_MAX);
    body_ends("Content-Length: 18446744073709551615\r\n", BODY_LENGTH,
              UINT64_MAX);
    body_ends("Transfer-Encoding: Chunked\r\n", BODY_CHUNKED, 0);
}

/* ------------------------------------------------------ what is refused */

static void strange_line_ends_are_refused(void)
{
    refused("GET / HTTP/1.1\nHost: a\n\n");
    refused("GET / HTTP/1.1\r\nHost: a\r\nX: b\nY: c\r\n\r\n");
    refused("GET / HTTP/1.1\r\nHost: a\r\nX: b\rY: c\r\n\r\n");
    refused("GET / HTTP/1.1\r\nHost: a\r\n\n");
    refused("GET / HTTP/1.1\r\nHost: a\r\nX: b\x7f\r\n\r\n");
    refused("GET / HTTP/1.1\r\nHost: a\r\nX: b\x01\r\n\r\n");
    struct slice with_nul = {"GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n", 29};
    expect_result("comes", with_nul, HEAD_BAD);
}

static void strange_request_lines_are_refused(void)
{
    refused("GET  / HTTP/1.1\r\nHost: a\r\n\r\n");
    refused("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n");
    refused("GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n");
    refused("GET / http/1.1\r\nHost: a\r\n\r\n");
    refused("GET / HTTP/1.1 \r\nHost: a\r\n\r\n");
    refused("GET /\r\nHost: a\r\n\r\n");
}

static void strange_names_are_refused(void)
{
    fields_refused("Content-Length : 5\r\n");
    fields_refused("X: a\r\n b\r\n");
    fields_refused(" X: a\r\n");
    fields_refused("no colon\r\n");
    fields_refused(": no name\r\n");
    fields_refused("Na me: a\r\n");
}

static void two_lengths_are_refused(void)
{
    fields_refused("Content-Length: 5\r\nContent-Length: 6\r\n");
    fields_refused("Content-Length: 5\r\ncontent-length: 5\r\n");
    fields_refused("Content-Length: 5, 5\r\n");
    fields_refused("Content-Length: +5\r\n");
    fields_refused("Content-Length: -1\r\n");
    fields_refused("Content-Length: 0x5\r\n");
    fields_refused("Content-Length: 5 6\r\n");
    fields_refused("Content-Length:\r\n");
    fields_refused("Content-Length: 18446744073709551616\r\n");
}

static void length_beside_coding_is_refused(void)
{
    fields_refused("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n");
    fields_refused("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n");
    fields_refused("Transfer-Encoding: chunked\r\n"
                   "Transfer-Encoding: chunked\r\n");
    fields_refused("Transfer-Encoding: xchunked\r\n");
    fields_refused("Transfer-Encoding: gzip, chunked\r\n");
}

static void one_host_and_no_end_of_fields(void)
{
    char text[HEAD_SIZE_MAX + 200] = "GET / HTTP/1.1\r\nHost: a\r\n";
    refused("GET / HTTP/1.1\r\n\r\n");
    refused("GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n");
    for (int i = 0; i < FIELDS_MAX - 1; i++)
        strcat(text, "X: y\r\n");
    size_t size = strlen(text);
    strcat(text, "\r\n");
    story_case("Host and %d other fields come", FIELDS_MAX - 1);
    expect_result("comes", slice_of(text), HEAD_COMPLETE);
    strcpy(text + size, "X: y\r\n\r\n");
    story_case("Host and %d other fields come", FIELDS_MAX);
    expect_result("comes", slice_of(text), HEAD_BAD);
    memset(text + 16, 'x', sizeof text - 16);
    story_case("%zu bytes come, and no end of the head", sizeof text);
    expect_result("comes", (struct slice){text, sizeof text}, HEAD_BAD);
    story_case("%d bytes of it come", HEAD_SIZE_MAX - 1);
    expect_result("comes", (struct slice){text, HEAD_SIZE_MAX - 1},
                  HEAD_NEED_MORE);
    memcpy(text + HEAD_SIZE_MAX - 13, "\r\nHost: a\r\n\r\n", 13);
    memcpy(text, "GET / HTTP/1.1\r\nX:", 18);
    story_case("a head of %d bytes comes, and %zu bytes of its body",
               HEAD_SIZE_MAX, sizeof text - HEAD_SIZE_MAX);
    expect_result("comes", (struct slice){text, sizeof text}, HEAD_COMPLETE);
}

static const struct graded_test tests[] = {
    {"method, target and fields are taken apart",
     15,
     it_is_taken_apart,
     {"which bytes end a method, a target, a name, a line?",
      "first find the empty line; then take one line after the other",
      "memchr() for the CR, the blank and the colon; slices, not copies"},
     "curl -sv http://127.0.0.1:8080/healthz"},
    {"wherever the network cuts, it waits for the empty line",
     15,
     it_waits_for_the_empty_line,
     {"what is a head whose end has not come yet: bad, or not yet good?",
      "HEAD_NEED_MORE until CR LF CR LF; look at no byte that is not there",
      "the last byte may be a CR: what follows is not known yet"},
     NULL},
    {"what stands behind the empty line is left for the next one",
     10,
     the_rest_is_left,
     {"where does the body begin, and the next request?",
      "the first empty line ends the head, whatever is in the body",
      "head->size = the offset behind the first CR LF CR LF; check no byte "
      "behind it"},
     "curl -sv http://127.0.0.1:8080/polling -d hello"},
    {"names have no case, and values no blanks around them",
     10,
     names_have_no_case,
     {"is content-length another field than Content-Length?",
      "slice_is_any_case() and http_trim() are there",
      "value = http_trim(slice_from(line, name.size + 1))"},
     NULL},
    {"the fields say where the body ends",
     10,
     it_says_where_the_body_ends,
     {"what are the two fields that say so?",
      "BODY_LENGTH and the number, BODY_CHUNKED, or neither: BODY_NONE",
      "length = length * 10 + digit"},
     NULL},
    {"lines that end in LF alone, a lone CR and a NUL are refused",
     10,
     strange_line_ends_are_refused,
     {"what does a parser see that ends lines at LF, and what one that does "
      "not?",
      "every byte is text, HTAB, or a CR with an LF behind it",
      "http_has_class(byte, HTTP_CLASS_TEXT), or CR LF, or HEAD_BAD"},
     "printf 'GET / HTTP/1.1\\nHost: a\\n\\n' | nc 127.0.0.1 8080"},
    {"a request line is token, blank, target, blank, version",
     5,
     strange_request_lines_are_refused,
     {"what is the target of \"GET /a b HTTP/1.1\"?",
      "exactly one blank each time, and nothing behind the version",
      "slice_is(rest, \" HTTP/1.1\")"},
     NULL},
    {"a name is a token: no blank before the colon, no folded line",
     10,
     strange_names_are_refused,
     {"is \"Content-Length : 5\" a length, or a field that nobody knows?",
      "do not trim a name: judge it",
      "if (!http_is_token(name)) return HEAD_BAD"},
     NULL},
    {"a length is one number, of digits, that fits",
     5,
     two_lengths_are_refused,
     {"which of two lengths would a proxy take?",
      "count the lines with this name; atoi() and strtol() forgive too much",
      "length > (UINT64_MAX - digit) / 10 is too large"},
     NULL},
    {"a length beside a coding is refused, and any coding but chunked",
     5,
     length_beside_coding_is_refused,
     {"where does the body end when both are there?",
      "RFC 9112, 6.1 and 6.3: one of them only, and the whole value",
      "if (lengths + codings > 1) return HEAD_BAD"},
     NULL},
    {"there is one Host, and an end to the fields",
     5,
     one_host_and_no_end_of_fields,
     {"to which of two hosts does a request go?",
      "count them; and bound what a client may send before it ends",
      "count == FIELDS_MAX, size >= HEAD_SIZE_MAX: HEAD_BAD"},
     NULL},
    {0},
};

int main(void)
{
    return grade("03-http", tests);
}
