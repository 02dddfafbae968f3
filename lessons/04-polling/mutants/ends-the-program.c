/* expect: it ended by itself, with status 0 */
#include <stdlib.h>

#include "lessons/04-polling/exercise.h"

int pace_next(struct pace *pace, size_t count, uint32_t random)
{
    (void)count;
    (void)random;
    if (pace->least_ms > 0)
        exit(0); /* where only the application may decide to end */
    return 0;
}
