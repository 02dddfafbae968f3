/* expect: request 1 has 0 answers, and 1 was right */

void parking_ask(struct parking *parking, int request, uint64_t after,
                 int64_t now_ms)
{
    parking->parked[parking->count++] =
        (struct parked){request, after, now_ms + parking->timeout_ms};
}
