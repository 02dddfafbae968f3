/* id.h -- ids that nobody can guess, of sessions and of sockets. */
#ifndef SERVER_ID_H
#define SERVER_ID_H

enum { ID_SIZE = 21 }; /* 20 characters and the NUL */

/* Make another id: 120 random bits, spelled by characters that may stand in a
 * target as they are (base64url; RFC 4648, 5). */
void id_make(char id[ID_SIZE]);

#endif
