#include "tests/browser/devtools.h"

#include <stdio.h>

#include "common/http.h"
#include "common/http_write.h"
#include "common/json.h"
#include "common/limits.h"
#include "common/net.h"
#include "common/websocket_handshake.h"
#include "tests/browser/json_text.h"
#include "tests/browser/wait.h"

/* ------------------------------------------------------------- connecting */

static uint32_t random_key(void)
{
    uint32_t key;
    net_random(&key, sizeof key);
    return key;
}

static void ask_for_upgrade(struct devtools *devtools, const char *key)
{
    struct buf *out = &devtools->out;
    char host[32];
    snprintf(host, sizeof host, "127.0.0.1:%d", devtools->chromium.port);
    http_append_request_line(out, "GET", slice_of(devtools->chromium.path));
    http_append_field(out, "Host", slice_of(host));
    ws_append_request_fields(out, key, NULL);
    http_append_end(out);
}

static bool read_answer(struct devtools *devtools, const char *key,
                        int64_t deadline)
{
    struct http_parser parser = {0};
    struct http_response response;
    enum http_result result;
    while ((result = http_next_response(&parser, &devtools->in, METHOD_GET,
                                        &response)) == HTTP_NEED_MORE)
        if (wait_read(devtools->fd, &devtools->in, deadline) <= 0)
            return false;
    if (result == HTTP_BAD)
        return false;
    const struct http_head *head = &response.head;
    struct ws_response answer = {
        .status = response.status,
        .upgrade = http_field(head, "Upgrade"),
        .connection = http_field(head, "Connection"),
        .accept = http_field(head, "Sec-WebSocket-Accept"),
        .protocol = http_field(head, "Sec-WebSocket-Protocol"),
        .extensions = http_field(head, "Sec-WebSocket-Extensions"),
    };
    return ws_judge_response(&answer, key, NULL) == NULL;
}

static bool connect_to(struct devtools *devtools)
{
    uint8_t nonce[WS_NONCE_SIZE];
    char key[WS_KEY_SIZE];
    int64_t deadline = deadline_in(PATIENCE_MS);
    net_random(nonce, sizeof nonce);
    ws_make_key(nonce, key);
    devtools->fd = wait_connect(devtools->chromium.port, deadline);
    if (devtools->fd == -1)
        return false;
    ask_for_upgrade(devtools, key);
    return wait_send(devtools->fd, &devtools->out, deadline) &&
           read_answer(devtools, key, deadline);
}

/* The next message; no data when none came in time. Borrowed until the next
 * call. */
static struct slice next_message(struct devtools *devtools, int64_t deadline)
{
    for (;;) {
        struct ws_event event;
        bool is_event = ws_next(&devtools->ws, &event);
        if (event.type == WS_MESSAGE)
            return event.payload;
        if (event.type == WS_FAILED || event.type == WS_CLOSED_BY_PEER)
            return slice_of("");
        if (!is_event &&
            (!wait_send(devtools->fd, &devtools->out, deadline) ||
             wait_read(devtools->fd, &devtools->in, deadline) <= 0))
            return slice_of("");
    }
}

/* ------------------------------------------------------------- complaints */

static struct page *page_of(struct devtools *devtools, struct slice session)
{
    struct page *page = devtools->pages;
    if (session.size < 2) /* its quotes */
        return NULL;
    session = (struct slice){session.data + 1, session.size - 2};
    while (page != NULL && !slice_is(session, page->session))
        page = page->next;
    return page;
}

static void complain(struct page *page, struct slice what)
{
    json_text_append(&page->complaints, what);
    buf_append_text(&page->complaints, "\n");
}

static void on_event(struct devtools *devtools, struct slice message)
{
    struct slice method = json_text_at(message, "method");
    struct slice params = json_text_at(message, "params");
    struct page *page = page_of(devtools, json_text_at(message, "sessionId"));
    if (page == NULL)
        return;
    if (slice_is(method, "\"Runtime.exceptionThrown\""))
        complain(page, json_text_at(params, "exceptionDetails"));
    else if (slice_is(method, "\"Log.entryAdded\"") &&
             slice_is(json_text_at(params, "entry.level"), "\"error\""))
        complain(page, json_text_at(params, "entry"));
    else if (slice_is(method, "\"Runtime.consoleAPICalled\"") &&
             slice_is(json_text_at(params, "type"), "\"error\""))
        complain(page, json_text_at(params, "args"));
}

/* ------------------------------------------------------------- commands */

static void send_command(struct devtools *devtools, const struct page *page,
                         const char *method, struct slice params)
{
    struct buf text = {0};
    buf_printf(&text, "{\"id\":%u,\"method\":\"%s\"", ++devtools->last_id,
               method);
    if (page != NULL)
        buf_printf(&text, ",\"sessionId\":\"%s\"", page->session);
    if (params.size > 0) {
        buf_append_text(&text, ",\"params\":");
        buf_append_slice(&text, params);
    }
    buf_append_text(&text, "}");
    ws_send(&devtools->ws, WS_TEXT, buf_slice(&text));
    buf_free(&text);
}

/* The answer to the last command; no data when there is none in time. */
static struct slice wait_for_answer(struct devtools *devtools)
{
    char id[16];
    int64_t deadline = deadline_in(PATIENCE_MS);
    struct slice message;
    snprintf(id, sizeof id, "%u", devtools->last_id);
    while ((message = next_message(devtools, deadline)).size > 0) {
        struct slice answered = json_text_at(message, "id");
        if (slice_is(answered, id))
            return message;
        if (answered.size == 0)
            on_event(devtools, message);
    }
    return message;
}

static bool take_result(struct slice answer, struct buf *result)
{
    struct slice error = json_text_at(answer, "error.message");
    if (answer.size == 0)
        buf_append_text(result, "no answer in time");
    else if (error.size > 0)
        json_text_append(result, error);
    else
        buf_append_slice(result, json_text_at(answer, "result"));
    return answer.size > 0 && error.size == 0;
}

bool devtools_command(struct devtools *devtools, const struct page *page,
                      const char *method, struct slice params,
                      struct buf *result)
{
    struct buf unwanted = {0};
    process_drain(&devtools->chromium.process);
    send_command(devtools, page, method, params);
    bool is_done = take_result(wait_for_answer(devtools),
                               result == NULL ? &unwanted : result);
    buf_free(&unwanted);
    return is_done;
}

/* ------------------------------------------------------------- pages */

/* A command whose result has one member of interest, a name. */
static bool learn(struct page *page, const char *method, const char *params,
                  const char *member, char name[64])
{
    struct buf result = {0}, value = {0};
    bool is_done = devtools_command(page->devtools, NULL, method,
                                    slice_of(params), &result);
    if (is_done)
        json_text_append(&value, json_text_at(buf_slice(&result), member));
    else
        complain(page, buf_slice(&result));
    buf_append(&value, "", 1);
    snprintf(name, 64, "%s", (char *)buf_head(&value));
    buf_free(&value);
    buf_free(&result);
    return *name != '\0';
}

static bool open_window(struct page *page)
{
    char params[160];
    if (!learn(page, "Target.createBrowserContext", "{}", "browserContextId",
               page->context))
        return false;
    snprintf(params, sizeof params,
             "{\"url\":\"about:blank\",\"browserContextId\":\"%s\"}",
             page->context);
    if (!learn(page, "Target.createTarget", params, "targetId", page->target))
        return false;
    snprintf(params, sizeof params, "{\"targetId\":\"%s\",\"flatten\":true}",
             page->target);
    return learn(page, "Target.attachToTarget", params, "sessionId",
                 page->session);
}

static bool enable(struct page *page, const char *method)
{
    return devtools_command(page->devtools, page, method, slice_of(""), NULL);
}

bool page_open(struct devtools *devtools, struct page *page, const char *url)
{
    *page = (struct page){.devtools = devtools, .next = devtools->pages};
    devtools->pages = page;
    return open_window(page) && enable(page, "Page.enable") &&
           enable(page, "Runtime.enable") && enable(page, "Log.enable") &&
           page_load(page, url);
}

/* The command is answered when the new page has begun. */
bool page_load(struct page *page, const char *url)
{
    static const char loaded[] =
        "new Promise(resolve => document.readyState === 'complete'"
        " ? resolve() : addEventListener('load', () => resolve()))";
    struct buf params = {0}, result = {0};
    buf_append_text(&params, "{\"url\":");
    json_append_string(&params, slice_of(url));
    buf_append_text(&params, "}");
    bool is_done = devtools_command(page->devtools, page, "Page.navigate",
                                    buf_slice(&params), &result);
    struct slice error = json_text_at(buf_slice(&result), "errorText");
    is_done = is_done && error.size == 0;
    if (!is_done)
        complain(page, error.size > 0 ? error : buf_slice(&result));
    buf_consume(&result, buf_size(&result));
    is_done = is_done && page_evaluate(page, slice_of(loaded), &result);
    buf_free(&params);
    buf_free(&result);
    return is_done;
}

/* What came of an evaluation: its value, or the exception, or only a type. */
static bool take_value(struct slice result, struct buf *value)
{
    struct slice exception = json_text_at(result, "exceptionDetails");
    struct slice text = json_text_at(result, "result.value");
    if (text.size == 0)
        text = json_text_at(result, "result.type");
    if (exception.size > 0)
        text = json_text_at(exception, "exception.description");
    if (text.size == 0)
        text = exception;
    json_text_append(value, text);
    return exception.size == 0;
}

bool page_evaluate(struct page *page, struct slice expression,
                   struct buf *value)
{
    struct buf params = {0}, result = {0};
    buf_append_text(&params, "{\"awaitPromise\":true,\"returnByValue\":true,"
                             "\"expression\":");
    json_append_string(&params, expression);
    buf_append_text(&params, "}");
    bool is_done = devtools_command(page->devtools, page, "Runtime.evaluate",
                                    buf_slice(&params), &result);
    if (is_done)
        is_done = take_value(buf_slice(&result), value);
    else
        buf_append_slice(value, buf_slice(&result));
    buf_free(&params);
    buf_free(&result);
    return is_done;
}

void page_close(struct page *page)
{
    struct devtools *devtools = page->devtools;
    char params[128];
    if (devtools == NULL)
        return;
    struct page **link = &devtools->pages;
    while (*link != page)
        link = &(*link)->next;
    *link = page->next;
    snprintf(params, sizeof params, "{\"browserContextId\":\"%s\"}",
             page->context);
    if (*page->context != '\0')
        devtools_command(devtools, NULL, "Target.disposeBrowserContext",
                         slice_of(params), NULL);
    buf_free(&page->complaints);
    *page = (struct page){0};
}

/* ------------------------------------------------------------- its life */

bool devtools_start(struct devtools *devtools, const char *program)
{
    *devtools = (struct devtools){.fd = -1};
    ws_init(&devtools->ws, WS_CLIENT, &devtools->in, &devtools->out);
    devtools->ws.new_key = random_key;
    devtools->ws.message_limit = MESSAGE_MAX; /* a picture of a page is long */
    return chromium_start(&devtools->chromium, program) && connect_to(devtools);
}

void devtools_stop(struct devtools *devtools)
{
    if (devtools->fd != -1) {
        devtools_command(devtools, NULL, "Browser.close", slice_of(""), NULL);
        net_close(devtools->fd);
        devtools->fd = -1;
    }
    chromium_end(&devtools->chromium);
    ws_free(&devtools->ws);
    buf_free(&devtools->in);
    buf_free(&devtools->out);
}
