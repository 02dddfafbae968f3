/* expect: who waits for it is 100, and 101 was right */

bool questions_take(struct questions *questions, uint64_t id, int *who)
{
    (void)id;
    for (size_t i = 0; i < WAITING_MAX; i++) {
        if (!questions->list[i].is_waiting)
            continue;
        *who = questions->list[i].who;
        questions->list[i].is_waiting = false;
        return true;
    }
    return false;
}
