/* options.h -- what the command line asks for. */
#ifndef CLIENT_OPTIONS_H
#define CLIENT_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "client/role.h"
#include "common/log.h"
#include "common/url.h"

enum { OPTION_LIST_MAX = 64 }; /* -H and --subprotocol, each */

/* Of the mode socketio. */
struct event_options {
    const char *path;       /* NULL: the usual one */
    const char *namespace;  /* NULL: the URL's path */
    const char *auth;       /* a JSON object; NULL: none */
    const char *emit;       /* an event; NULL: lines have their own */
    char *const *arguments; /* JSON values, for the event, once, */
    int argument_count;     /* unless there are none */
    const char *on[OPTION_LIST_MAX + 1]; /* events to be shown; none: all */
    bool wants_ack;
    int ack_timeout_ms; /* 0: no end */
    bool is_commands;   /* driven by another program */
};

struct options {
    const char *mode;
    uint64_t given; /* bit i: the i-th long option was */
    const char *url_text;
    struct url url;
    struct listener_options listener; /* points into this struct */
    const char *fields[OPTION_LIST_MAX + 1];
    const char *subprotocols[OPTION_LIST_MAX + 1];
    const char *data; /* to be published or posted; NULL: standard input */
    uint64_t count;   /* messages, then the end; 0: never */
    int max_time_ms;  /* 0: no end */
    bool is_json;     /* show whole objects */
    bool is_quiet;    /* say nothing but errors */
    struct event_options events;
    const struct loop_backend *backend;
    struct log_options log;
};

/* Read the command line into `options`, which must not move afterwards. Ends
 * the program with OUTCOME_USAGE, and a line that says why, if that makes no
 * sense; with 0 after --help and --version. */
void options_read(struct options *options, int argc, char **argv);

/* End it likewise if an option was given that says nothing to the mode. */
void options_check_mode(const struct options *options);

/* Print cause and remedy as one line on standard error, and end the program. */
_Noreturn void options_fail(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

#endif
