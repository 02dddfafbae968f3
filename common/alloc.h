/* alloc.h -- memory, or the end of the program.
 *
 * When memory runs out nothing sensible is left to do, so nobody handles NULL.
 * What a peer can make us allocate is bounded where it is read
 * (common/limits.h).
 */
#ifndef COMMON_ALLOC_H
#define COMMON_ALLOC_H

#include <stddef.h>

/* `size` bytes, zeroed; free(3) them. Ends the program when there are none
 * left. */
void *allocate(size_t size);

/* realloc(3), which ends the program when there is no memory left. */
void *reallocate(void *memory, size_t size);

/* Give the kernel back what was freed, where the C library keeps it (glibc):
 * small pieces hold on to the pages that they lie in. Takes as long as there is
 * memory to look through. */
void trim_memory(void);

#endif
