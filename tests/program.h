/* program.h -- build/server or build/client, as a process of its own.
 *
 * A test hands it a command line and sees what a user sees: lines, files and an
 * exit status.
 */
#ifndef TESTS_PROGRAM_H
#define TESTS_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

/* Start the program argv[0], a path, with these as its standard input, output
 * and error; it inherits no other descriptor that is closed on exec. After
 * `limit_s` seconds the kernel ends it (alarm(2)); 0: never. One that cannot be
 * run ends with status 127. -1 and errno when there is no new process. */
pid_t program_start(const char *const argv[], const int standard[3],
                    unsigned limit_s);

/* Wait until it has ended. Its exit status, or -1: a signal ended it. */
int program_wait(pid_t pid);

/* Is there something to read from `fd` within `patience_ms`, or an end to
 * see? */
bool program_is_readable(int fd, int patience_ms);

/* Read the next line from `fd`, without its end. False: it did not come within
 * `patience_ms`, ended too early, or has no room in `line`. */
bool program_line(int fd, char *line, size_t size, int patience_ms);

/* The port in "listening on http://127.0.0.1:PORT"; -1: it is another line. */
int program_port(const char *line);

enum { PROGRAM_TEXT_SIZE = 16384, PROGRAM_LIMIT_S = 20 };

/* What a program has said until it ended, cut where there is no more room. */
struct program_run {
    int status; /* of its exit; -1: a signal */
    char out[PROGRAM_TEXT_SIZE], err[PROGRAM_TEXT_SIZE];
};

/* Start the program at `path`; `line` is its command line, cut at blanks. As
 * program_start(), with PROGRAM_LIMIT_S. */
pid_t program_start_line(const char *path, const char *line,
                         const int standard[3]);

/* The same with `input` to read, to its end. */
struct program_run program_run(const char *path, const char *line,
                               const char *input);

/* All that a file holds; closes it. */
void program_read_all(FILE *file, char text[PROGRAM_TEXT_SIZE]);

#endif
