/* hex.h -- a hexadecimal digit, and what it is worth. */
#ifndef COMMON_HEX_H
#define COMMON_HEX_H

/* 0 to 15, whatever the case; -1: it is no such digit. */
static inline int hex_value(char byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    if (byte >= 'A' && byte <= 'F')
        return byte - 'A' + 10;
    if (byte >= 'a' && byte <= 'f')
        return byte - 'a' + 10;
    return -1;
}

#endif
