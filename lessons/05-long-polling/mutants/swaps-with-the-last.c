/* expect: when the time of the first one ends is 29000, and 27000 was right */

static struct parked take(struct parking *parking, size_t i)
{
    struct parked taken = parking->parked[i];
    parking->parked[i] = parking->parked[--parking->count];
    return taken;
}
