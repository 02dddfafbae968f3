/* event_line.h -- an event that a person types.
 *
 *      hello 1 "two" {"three":3}
 *      ["hello",1,"two",{"three":3}]
 *
 * Both are the same. Each argument is JSON; those of a line of words have
 * blanks between them.
 */
#ifndef CLIENT_EVENT_LINE_H
#define CLIENT_EVENT_LINE_H

#include "client/arguments.h"

/* Append the event's name to `name`, and add its arguments. NULL, or what is
 * wrong with the line; static text. */
const char *event_line_read(struct slice line, struct buf *name,
                            struct arguments *arguments);

/* Add one argument. NULL, or what is wrong with it; static text. */
const char *event_line_value(struct arguments *arguments, struct slice value);

#endif
