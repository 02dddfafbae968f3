#include "tests/browser/web_server.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "common/http.h"
#include "common/http_write.h"
#include "common/net.h"
#include "tests/browser/wait.h"
#include "tests/program.h"

bool web_server_start(struct web_server *server,
                      const struct web_server_options *options)
{
    char port[12];
    snprintf(port, sizeof port, "%d", options->port);
    const char *const arguments[] = {
        options->program, "-q",           "--loop",
        options->backend, "-p",           port,
        options->option,  options->value, NULL,
    };
    *server = (struct web_server){0};
    if (!process_start(&server->process, arguments, STDOUT_FILENO))
        return false;
    const char *line = process_line(&server->process, deadline_in(PATIENCE_MS));
    server->port = line == NULL ? -1 : program_port(line);
    if (server->port == -1)
        return false;
    snprintf(server->origin, sizeof server->origin, "http://127.0.0.1:%d",
             server->port);
    return true;
}

void web_server_ask_to_end(struct web_server *server)
{
    if (server->process.pid > 0 && !server->is_ending)
        kill(server->process.pid, SIGTERM);
    server->is_ending = true;
}

int web_server_end(struct web_server *server)
{
    web_server_ask_to_end(server);
    return process_end(&server->process, deadline_in(PATIENCE_MS));
}

/* ------------------------------------------------------------- asking it */

static void append_request(struct buf *out, const char *method,
                           const char *target, const char *body)
{
    http_append_request_line(out, method, slice_of(target));
    http_append_field(out, "Host", slice_of("127.0.0.1"));
    http_append_field(out, "Connection", slice_of("close"));
    if (body != NULL)
        http_append_length(out, strlen(body));
    http_append_end(out);
    buf_append_text(out, body == NULL ? "" : body);
}

/* It closes behind the answer, so all that comes is the answer. */
static bool exchange(int port, struct buf *out, struct buf *in)
{
    int64_t deadline = deadline_in(PATIENCE_MS);
    int fd = wait_connect(port, deadline);
    if (fd == -1)
        return false;
    bool is_sent = wait_send(fd, out, deadline);
    while (is_sent && wait_read(fd, in, deadline) > 0)
        continue;
    net_close(fd);
    return is_sent;
}

int web_server_request(const struct web_server *server, const char *method,
                       const char *target, const char *body, struct buf *answer)
{
    struct buf in = {0}, out = {0};
    struct http_parser parser = {0};
    struct http_response response;
    int status = -1;
    append_request(&out, method, target, body);
    if (exchange(server->port, &out, &in) &&
        http_next_response(&parser, &in, METHOD_GET, &response) == HTTP_HEAD) {
        status = response.status;
        buf_append_slice(answer, buf_slice(&in));
    }
    buf_free(&in);
    buf_free(&out);
    return status;
}
