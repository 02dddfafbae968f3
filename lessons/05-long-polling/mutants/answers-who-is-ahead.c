/* expect: the number of answers until here is 1, and 0 was right */

static bool answer_now(struct parking *parking, int request, uint64_t after)
{
    uint64_t oldest = parking->oldest(parking->user);
    uint64_t newest = parking->newest(parking->user);
    uint64_t first = after + 1 < oldest ? oldest : after + 1;
    if (newest == after)
        return false;
    parking->answer(parking->user, request, first, newest);
    return true;
}
