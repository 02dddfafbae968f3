#include "client/outcome.h"

const char *outcome_remedy(enum outcome outcome, bool by_command)
{
    switch (outcome) {
    case OUTCOME_DONE: return "";
    case OUTCOME_OTHER: return "-v shows more";
    case OUTCOME_USAGE: return "--help shows the options";
    case OUTCOME_RESOLVE: return "is the host's name spelt right?";
    case OUTCOME_CONNECT:
        return by_command ? "does it work in a shell?"
                          : "does a server listen there?";
    case OUTCOME_WEIRD_REPLY:
        return "is it the right kind of server, and the right path?";
    case OUTCOME_HTTP_ERROR: return status_remedy(0);
    case OUTCOME_TIMEOUT: return "is it reachable, and does it still run?";
    case OUTCOME_EMPTY_REPLY: return "is it an HTTP server?";
    case OUTCOME_BROKEN: return "-r connects again by itself";
    }
    return "";
}

const char *status_remedy(int status)
{
    if (status == 401 || status == 403)
        return "are you allowed to? -v shows more";
    if (status == 413)
        return "send less at once";
    if (status == 429 || status >= 500)
        return "does it work later? -v shows more";
    return "are path and mode right? -v shows more";
}
