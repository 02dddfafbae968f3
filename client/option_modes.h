/* option_modes.h -- which options go with which modes: one that says nothing to
 * a mode is better refused than ignored.
 */
#ifndef CLIENT_OPTION_MODES_H
#define CLIENT_OPTION_MODES_H

/* NULL: the option goes with the mode. Or else the modes that it goes with, as
 * in "polling, websocket", static text. `name` is the option's long one,
 * without dashes. */
const char *option_modes_instead(const char *name, const char *mode);

#endif
