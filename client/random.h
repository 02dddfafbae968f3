/* random.h -- numbers that look random, and are the same for the same seed. */
#ifndef CLIENT_RANDOM_H
#define CLIENT_RANDOM_H

#include <stdint.h>

/* The next of a sequence of numbers (splitmix64). `state` may begin
 * anywhere. */
uint64_t random_next(uint64_t *state);

/* The same, as a fraction from 0 to less than 1. */
double random_fraction(uint64_t *state);

#endif
