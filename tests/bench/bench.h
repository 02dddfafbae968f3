/* bench.h -- the sections of the bench, and the programs that they start. */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include "tests/bench/child.h"
#include "tests/bench/options.h"

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
