/* expect: the next id is 0, and 3 was right */

bool questions_add(struct questions *questions, int who, uint64_t *id)
{
    for (size_t i = 0; i < WAITING_MAX; i++) {
        if (questions->list[i].is_waiting)
            continue;
        *id = i;
        questions->list[i].is_waiting = true;
        questions->list[i].id = *id;
        questions->list[i].who = who;
        return true;
    }
    return false;
}
