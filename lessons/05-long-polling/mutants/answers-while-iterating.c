/* expect: the number of answers until here is 3, and 6 was right */

void parking_published(struct parking *parking)
{
    for (size_t i = 0; i < parking->count; i++)
        answer_now(parking, parking->parked[i].request,
                   parking->parked[i].after);
    parking->count = 0;
}
