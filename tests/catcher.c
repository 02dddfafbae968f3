#include "tests/catcher.h"

#include <assert.h>
#include <stdio.h>
#include <unistd.h>

static FILE *file;
static int saved_stderr;

void catcher_begin(const struct log_options *options)
{
    file = tmpfile();
    assert(file != NULL);
    saved_stderr = dup(STDERR_FILENO);
    dup2(fileno(file), STDERR_FILENO);
    log_set(options);
}

const char *catcher_end(void)
{
    static char caught[64 * 1024];
    log_set(&(struct log_options){.level = LOG_ERROR});
    dup2(saved_stderr, STDERR_FILENO);
    close(saved_stderr);
    rewind(file);
    caught[fread(caught, 1, sizeof caught - 1, file)] = '\0';
    fclose(file);
    return caught;
}
