#include "tests/program.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CANNOT_RUN = 127, ARGUMENTS_MAX = 16 };

pid_t program_start(const char *const argv[], const int standard[3],
                    unsigned limit_s)
{
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    alarm(limit_s); /* stays set behind exec */
    for (int fd = 0; fd < 3; fd++)
        dup2(standard[fd], fd);
    execv(argv[0], (char *const *)argv);
    _exit(CANNOT_RUN);
}

int program_wait(pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
        continue;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool program_is_readable(int fd, int patience_ms)
{
    struct pollfd watched = {.fd = fd, .events = POLLIN};
    int ready;
    do
        ready = poll(&watched, 1, patience_ms);
    while (ready == -1 && errno == EINTR);
    return ready == 1;
}

bool program_line(int fd, char *line, size_t size, int patience_ms)
{
    for (size_t i = 0; i < size; i++) {
        if (!program_is_readable(fd, patience_ms) || read(fd, &line[i], 1) != 1)
            return false;
        if (line[i] == '\n') {
            line[i] = '\0';
            return true;
        }
    }
    return false;
}

int program_port(const char *line)
{
    int port;
    bool is_it = sscanf(line, "listening on http://127.0.0.1:%d", &port) == 1;
    return is_it ? port : -1;
}

/* ------------------------------------------------------ to its end */

pid_t program_start_line(const char *path, const char *line,
                         const int standard[3])
{
    char copy[1024];
    const char *arguments[ARGUMENTS_MAX] = {path};
    snprintf(copy, sizeof copy, "%s", line);
    int count = 1;
    for (char *word = strtok(copy, " "); word; word = strtok(NULL, " ")) {
        assert(count < ARGUMENTS_MAX - 1);
        arguments[count++] = word;
    }
    return program_start(arguments, standard, PROGRAM_LIMIT_S);
}

void program_read_all(FILE *file, char text[PROGRAM_TEXT_SIZE])
{
    rewind(file);
    text[fread(text, 1, PROGRAM_TEXT_SIZE - 1, file)] = '\0';
    fclose(file);
}

struct program_run program_run(const char *path, const char *line,
                               const char *input)
{
    struct program_run run;
    FILE *in = tmpfile(), *out = tmpfile(), *err = tmpfile();
    assert(in != NULL && out != NULL && err != NULL);
    fputs(input, in);
    rewind(in);
    const int standard[] = {fileno(in), fileno(out), fileno(err)};
    run.status = program_wait(program_start_line(path, line, standard));
    fclose(in);
    program_read_all(out, run.out);
    program_read_all(err, run.err);
    return run;
}
