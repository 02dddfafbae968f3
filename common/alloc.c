#include "common/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

static void *memory_or_end(void *memory, size_t size)
{
    if (memory == NULL) {
        fprintf(stderr, "out of memory: %zu more bytes were refused\n", size);
        abort();
    }
    return memory;
}

void *allocate(size_t size)
{
    return memory_or_end(calloc(1, size), size);
}

void *reallocate(void *memory, size_t size)
{
    return memory_or_end(realloc(memory, size), size);
}

void trim_memory(void)
{
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}
