/* compare.h -- the techniques side by side, on the same messages.
 *
 *      client compare [URL]      without a URL it starts build/server itself
 *
 * Each technique is given each workload in turn, in at least three rounds, and
 * the order of the techniques moves on by one from round to round.
 */
#ifndef CLIENT_COMPARE_H
#define CLIENT_COMPARE_H

/* The mode `compare` of the program: argv[0] is the mode's name, then come
 * options and a URL. Prints the tables and returns the exit status
 * (client/outcome.h). SIGINT and SIGTERM end it and the servers that it
 * started; it keeps them blocked, and has no handler. */
int compare_main(int argc, char **argv);

#endif
