/* bench.h -- what the command line says, and the sections that it chooses. */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include "tests/bench/child.h"

struct options {
    const char *server, *floor; /* programs */
    const char *app;            /* a server with broadcasts of Socket.IO */
    const char *loop;           /* the server's backend; NULL: its own choice */
    int rounds;                 /* slices of each side, up to ROUNDS_MAX */
    int slice_ms;
    int connections;  /* of an echo */
    int subscribers;  /* of a fan-out */
    int idle;         /* connections that do nothing */
    int heartbeat_ms; /* from ping to ping of an idle Socket.IO client */
    int server_core;  /* -1: any; the floor's too */
    int load_core;    /* -1: any */
};

/* Start a program that takes our server's options and pings that often. A load
 * answers no pings, so none may fall due. */
enum { NEVER_MS = 3600000 };
struct child start_program(const struct options *options, const char *program,
                           int heartbeat_ms);

/* Start our server, without pings. */
struct child start_server(const struct options *options);

/* Start the floor in one of its modes, with the two sizes (bytes). */
struct child start_floor(const struct options *options, const char *mode,
                         size_t first, size_t second);

/* The sections: each measures and prints one table, or a few. */
void bench_echo(const struct options *options);
void bench_socketio(const struct options *options);
void bench_http(const struct options *options);
void bench_fanout(const struct options *options);
void bench_delay(const struct options *options);
void bench_idle(const struct options *options);
void bench_codecs(const struct options *options);

#endif
