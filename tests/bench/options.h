/* options.h -- what the command line says. */
#ifndef TESTS_BENCH_OPTIONS_H
#define TESTS_BENCH_OPTIONS_H

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

#endif
