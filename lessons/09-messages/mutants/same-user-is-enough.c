/* expect: yours: "one(null) " */

static bool is_same(const struct listener *one, const struct listener *other)
{
    return strcmp(one->name, other->name) == 0 && one->user == other->user;
}
