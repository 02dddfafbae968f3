/* expect: a message comes: "{"event":"join"}" */

static bool is_same(const struct listener *one, const struct listener *other)
{
    return one->on_event == other->on_event && one->user == other->user;
}
