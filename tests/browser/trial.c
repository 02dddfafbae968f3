#include "tests/browser/trial.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/json.h"
#include "tests/browser/on_chat_page.js.h"
#include "tests/browser/on_front_page.js.h"
#include "tests/browser/on_plain_page.js.h"
#include "tests/browser/wait.h"

/* ------------------------------------------------------------- failing */

static bool has_failed(const struct trial *trial)
{
    return buf_size(&trial->failure) > 0;
}

static void fail(struct trial *trial, const char *what, struct slice came)
{
    if (has_failed(trial))
        return;
    buf_append_text(&trial->failure, what);
    buf_append_text(&trial->failure, ": ");
    buf_append_slice(&trial->failure, came);
}

/* ------------------------------------------------------------- the page */

/* Functions and constants of a script stay for the evaluations behind it. */
static bool add_script(struct page *page, struct slice script)
{
    struct buf value = {0};
    bool is_done = page_evaluate(page, script, &value);
    if (!is_done)
        buf_append_slice(&page->complaints, buf_slice(&value));
    buf_free(&value);
    return is_done;
}

/* In a new window, so that nothing comes late from the old one. */
static void load(struct trial *trial, const char *origin, const char *path,
                 struct slice script)
{
    char url[128];
    snprintf(url, sizeof url, "%s%s", origin, path);
    if (has_failed(trial))
        return;
    page_close(trial->page);
    if (!page_open(trial->devtools, trial->page, url) ||
        !add_script(trial->page, script))
        fail(trial, url, buf_slice(&trial->page->complaints));
}

static void load_plain_page(struct trial *trial, const char *origin)
{
    load(trial, origin, "/healthz",
         (struct slice){on_plain_page_js, sizeof on_plain_page_js});
}

void trial_load_front_page(struct trial *trial)
{
    load(trial, trial->server.origin, "/",
         (struct slice){on_front_page_js, sizeof on_front_page_js});
}

static const char *origin_of(const struct trial *trial)
{
    return trial->relay.origin[0] != '\0' ? trial->relay.origin
                                          : trial->server.origin;
}

void trial_load_chat(struct trial *trial, int window)
{
    trial->page = &trial->pages[window];
    load(trial, origin_of(trial), "/chat",
         (struct slice){on_chat_page_js, sizeof on_chat_page_js});
}

void trial_look_at(struct trial *trial, int window)
{
    trial->page = &trial->pages[window];
}

void trial_close_window(struct trial *trial, int window)
{
    page_close(&trial->pages[window]);
}

static void command(struct trial *trial, const char *method, struct buf *params)
{
    if (!has_failed(trial) &&
        !devtools_command(trial->devtools, trial->page, method,
                          buf_slice(params), NULL))
        fail(trial, method, slice_of("is not possible"));
    buf_free(params);
}

void trial_type(struct trial *trial, const char *text)
{
    struct buf params = {0};
    buf_append_text(&params, "{\"text\":");
    json_append_string(&params, slice_of(text));
    buf_append_text(&params, "}");
    command(trial, "Input.insertText", &params);
}

void trial_press_enter(struct trial *trial)
{
    static const char *const types[] = {"keyDown", "keyUp"};
    for (size_t i = 0; i < 2; i++) {
        struct buf params = {0};
        buf_printf(&params,
                   "{\"type\":\"%s\",\"key\":\"Enter\",\"code\":\"Enter\","
                   "\"windowsVirtualKeyCode\":13%s}",
                   types[i], i == 0 ? ",\"text\":\"\\r\"" : "");
        command(trial, "Input.dispatchKeyEvent", &params);
    }
}

void trial_narrow(struct trial *trial, int width)
{
    char params[128];
    snprintf(params, sizeof params,
             "{\"width\":%d,\"height\":%d,\"deviceScaleFactor\":1,"
             "\"mobile\":true}",
             width, 2 * width);
    if (!has_failed(trial) &&
        !devtools_command(trial->devtools, trial->page,
                          "Emulation.setDeviceMetricsOverride",
                          slice_of(params), NULL))
        fail(trial, params, slice_of("is not possible"));
}

void trial_expect(struct trial *trial, const char *expression,
                  const char *expected)
{
    struct buf value = {0};
    if (has_failed(trial))
        return;
    if (!page_evaluate(trial->page, slice_of(expression), &value) ||
        !slice_is(buf_slice(&value), expected))
        fail(trial, expression, buf_slice(&value));
    buf_free(&value);
}

void trial_define(struct trial *trial, const char *name, const char *text)
{
    struct buf expression = {0};
    buf_printf(&expression, "globalThis.%s = ", name);
    json_append_string(&expression, slice_of(text));
    buf_append(&expression, "", 1);
    trial_expect(trial, (char *)buf_head(&expression), text);
    buf_free(&expression);
}

void trial_expect_no_complaints(struct trial *trial)
{
    trial_expect(trial, "'the last word'", "the last word");
    if (buf_size(&trial->page->complaints) > 0)
        fail(trial, "complaints", buf_slice(&trial->page->complaints));
}

/* ------------------------------------------------------------- the others */

static void request(const struct web_server *server, const char *method,
                    const char *target, const char *body, struct buf *answer)
{
    struct buf content = {0};
    buf_printf(answer, "%d ",
               web_server_request(server, method, target, body, &content));
    buf_append_slice(answer, buf_slice(&content));
    buf_append(answer, "", 1);
    buf_free(&content);
}

void trial_publish(struct trial *trial, const char *text)
{
    struct buf answer = {0};
    if (has_failed(trial))
        return;
    request(&trial->server, "POST", "/polling", text, &answer);
    if (strncmp((char *)buf_head(&answer), "201 ", 4) != 0)
        fail(trial, "POST /polling", buf_slice(&answer));
    buf_free(&answer);
}

void trial_expect_answer(struct trial *trial, const struct web_server *server,
                         const char *target, const char *part)
{
    struct buf answer = {0};
    if (has_failed(trial))
        return;
    request(server, "GET", target, NULL, &answer);
    if (strstr((char *)buf_head(&answer), part) == NULL)
        fail(trial, target, buf_slice(&answer));
    buf_free(&answer);
}

void trial_await_metric(struct trial *trial, const char *line)
{
    struct buf answer = {0};
    int64_t deadline = deadline_in(PATIENCE_MS);
    if (has_failed(trial))
        return;
    do {
        buf_consume(&answer, buf_size(&answer));
        request(&trial->server, "GET", "/metrics", NULL, &answer);
    } while (strstr((char *)buf_head(&answer), line) == NULL &&
             !has_passed(deadline));
    if (strstr((char *)buf_head(&answer), line) == NULL)
        fail(trial, line, buf_slice(&answer));
    buf_free(&answer);
}

/* ------------------------------------------------------------- servers */

static void start(struct trial *trial, struct web_server *server,
                  const struct web_server_options *options)
{
    if (!has_failed(trial) && !web_server_start(server, options))
        fail(trial, options->program, slice_of("does not start"));
}

/* A server ends in good order, whatever was asked of it. */
static void end(struct trial *trial, struct web_server *server)
{
    char text[32];
    int status = web_server_end(server);
    snprintf(text, sizeof text, "%d", status);
    if (status != 0)
        fail(trial, "exit status of the server", slice_of(text));
}

static struct web_server_options options_of(const struct trial *trial)
{
    return (struct web_server_options){
        .program = trial->program,
        .backend = trial->backend,
        .option = trial->option,
        .value = trial->value,
    };
}

void trial_start_other(struct trial *trial, bool may_talk)
{
    struct web_server_options options = options_of(trial);
    options.option = may_talk ? "--allow-origin" : NULL;
    options.value = trial->server.origin;
    start(trial, &trial->other, &options);
    trial_define(trial, "other", trial->other.origin);
}

void trial_ask_to_end(struct trial *trial)
{
    web_server_ask_to_end(&trial->server);
}

void trial_restart(struct trial *trial)
{
    struct web_server_options options = options_of(trial);
    options.port = trial->server.port;
    end(trial, &trial->server);
    start(trial, &trial->server, &options);
}

void trial_start_relay(struct trial *trial)
{
    if (has_failed(trial))
        return;
    if (relay_start(&trial->relay, trial->server.port))
        load_plain_page(trial, trial->relay.origin);
    else
        fail(trial, "relay", slice_of("does not start"));
}

void trial_cut(struct trial *trial)
{
    if (!has_failed(trial) && !relay_cut(&trial->relay))
        fail(trial, "relay", slice_of("does not cut"));
}

/* ------------------------------------------------------------- the whole */

char *trial_run(struct devtools *devtools, const char *program,
                const char *backend, const struct check *check)
{
    struct trial trial = {
        .devtools = devtools,
        .program = program,
        .backend = backend,
        .option = check->option,
        .value = check->value,
    };
    trial.page = trial.pages;
    struct web_server_options options = options_of(&trial);
    start(&trial, &trial.server, &options);
    load_plain_page(&trial, trial.server.origin);
    if (!has_failed(&trial))
        check->run(&trial);
    for (int i = 0; i < WINDOWS; i++)
        page_close(&trial.pages[i]);
    relay_end(&trial.relay);
    end(&trial, &trial.other);
    end(&trial, &trial.server);
    if (!has_failed(&trial))
        return NULL;
    buf_append(&trial.failure, "", 1);
    return (char *)trial.failure.data; /* nothing of it was consumed */
}
