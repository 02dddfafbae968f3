/* engineio_echo.h -- an application on Engine.IO that returns every message. */
#ifndef SERVER_ENGINEIO_ECHO_H
#define SERVER_ENGINEIO_ECHO_H

#include "server/engineio.h"

/* The hub of /engine.io/. */
struct eio_hub *engineio_echo_new(struct server *server);

#endif
