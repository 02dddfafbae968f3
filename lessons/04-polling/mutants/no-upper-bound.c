/* expect: and from 0 to 10000 was right */
#include "lessons/04-polling/exercise.h"

int pace_next(struct pace *pace, size_t count, uint32_t random)
{
    if (pace->wait_ms == 0)
        pace->wait_ms = pace->least_ms;
    pace->wait_ms = count > 0 ? pace->least_ms
                              : (int)((unsigned)pace->wait_ms * 2 % 1000000);
    int half_ms = pace->wait_ms / 2;
    return half_ms +
           (int)((uint64_t)random * (uint64_t)(pace->wait_ms - half_ms + 1) >>
                 32);
}
