/* weather_options.h -- the command line of build/weather. */
#ifndef LESSONS_WEATHER_OPTIONS_H
#define LESSONS_WEATHER_OPTIONS_H

#include "common/log.h"
#include "common/loop.h"
#include "common/url.h"
#include "lessons/weather_faults.h"

struct weather_options {
    const char *port;
    const char *server_text; /* as it was given */
    struct url server;       /* slices are borrowed from it */
    const struct loop_backend *backend;
    struct log_options log;
    struct faults faults;
};

/* Read the command line. Ends the program after --help (0), and with a line on
 * standard error when it is wrong (2). */
void weather_options_read(struct weather_options *options, int argc,
                          char **argv);

#endif
