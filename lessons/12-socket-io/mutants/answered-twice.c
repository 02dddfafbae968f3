/* expect: 100 is said to wait for it, and nobody does */

bool questions_take(struct questions *questions, uint64_t id, int *who)
{
    for (size_t i = 0; i < WAITING_MAX; i++) {
        if (!questions->list[i].is_waiting || questions->list[i].id != id)
            continue;
        *who = questions->list[i].who;
        return true;
    }
    return false;
}
