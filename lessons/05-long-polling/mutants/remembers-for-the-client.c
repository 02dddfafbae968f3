/* expect: what is between is lost */

static uint64_t answered; /* nobody needs what was answered already */

static bool answer_now(struct parking *parking, int request, uint64_t after)
{
    uint64_t oldest = parking->oldest(parking->user);
    uint64_t newest = parking->newest(parking->user);
    uint64_t first = after + 1 < oldest ? oldest : after + 1;
    if (newest <= after)
        return false;
    if (first <= answered && answered < newest)
        first = answered + 1;
    answered = newest;
    parking->answer(parking->user, request, first, newest);
    return true;
}
