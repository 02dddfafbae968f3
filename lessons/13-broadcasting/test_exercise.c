/* test_exercise.c -- does a message reach whom it is for, once, at the cost of
 * those alone? */
#include <stdlib.h>

#include "common/alloc.h"
#include "common/buf.h"
#include "lessons/13-broadcasting/exercise.h"
#include "lessons/kit/grade.h"

enum {
    FEW = 5,      /* sockets of most tests: a, b, c, d, e */
    MANY = 10000, /* of those that count steps */
    SPARE = 4,    /* steps that nobody minds */
};

/* ------------------------------------------------------ lists */

static size_t steps; /* since it was last set to 0 */

struct link *list_next(const struct link *at)
{
    steps++;
    return at->next;
}

void list_init(struct link *list)
{
    list->next = list->previous = list;
}

void list_add(struct link *list, struct link *link)
{
    link->next = list;
    link->previous = list->previous;
    list->previous->next = link;
    list->previous = link;
}

void list_remove(struct link *link)
{
    link->next->previous = link->previous;
    link->previous->next = link->next;
    list_init(link);
}

/* ------------------------------------------------------ a hall */

/* Blue is a and b, red is b and c; d and e are in neither. */
struct scene {
    struct hall hall;
    struct room blue, red;
    struct socket *sockets;
    size_t count;
    struct buf heard; /* the names of who was delivered to */
    bool is_leaving;  /* whoever hears it leaves at once */
};

static struct scene *new_scene(size_t count)
{
    struct scene *scene = allocate(sizeof *scene);
    scene->count = count;
    scene->sockets = allocate(count * sizeof *scene->sockets);
    list_init(&scene->hall.sockets);
    list_init(&scene->blue.memberships);
    list_init(&scene->red.memberships);
    for (size_t i = 0; i < count; i++) {
        scene->sockets[i].name = i < 26 ? (char)('a' + i) : '?';
        list_init(&scene->sockets[i].memberships);
        list_add(&scene->hall.sockets, &scene->sockets[i].in_hall);
    }
    return scene;
}

static void join(struct scene *scene, struct room *room, size_t number)
{
    bool has_joined = room_join(room, &scene->sockets[number]);
    expect_written(has_joined, "room_join()");
}

static struct scene *open(size_t count)
{
    struct scene *scene = new_scene(count);
    join(scene, &scene->blue, 0);
    join(scene, &scene->blue, 1);
    join(scene, &scene->red, 1);
    join(scene, &scene->red, 2);
    if (count == FEW)
        story("blue is a and b, red is b and c, d and e are in neither");
    return scene;
}

/* What is left would be a leak. */
static void end(struct scene *scene)
{
    for (size_t i = 0; i < scene->count; i++)
        leave_all(&scene->sockets[i]);
    expect_true(scene->blue.memberships.next == &scene->blue.memberships,
                "nobody is in blue when all have left");
    buf_free(&scene->heard);
    free(scene->sockets);
    free(scene);
}

static void deliver(struct socket *socket, void *user)
{
    struct scene *scene = user;
    buf_append(&scene->heard, &socket->name, 1);
    if (scene->is_leaving)
        leave_all(socket);
}

static int compare_names(const void *one, const void *other)
{
    return *(const char *)one - *(const char *)other;
}

/* Who hears it, in the order of their names. */
static void expect_heard(struct scene *scene, const char *what,
                         const struct to *to, const char *right)
{
    char name[FEW * FEW + 1] = "";
    broadcast(&scene->hall, to, deliver, scene);
    struct slice heard = buf_slice(&scene->heard);
    if (heard.size > sizeof name - 1)
        lose("%s: %zu deliveries, to %d sockets", what, heard.size, FEW);
    if (heard.size > 0)
        memcpy(name, heard.data, heard.size);
    qsort(name, heard.size, 1, compare_names);
    buf_free(&scene->heard);
    story("%s: heard by \"%s\"", what, name);
    if (strcmp(name, right) != 0)
        lose("and by \"%s\" was right", right);
}

/* ------------------------------------------------------ to whom */

static void a_room_is_its_members(void)
{
    struct scene *scene = open(FEW);
    struct room *blue[] = {&scene->blue}, *red[] = {&scene->red};
    expect_heard(scene, "to blue", &(struct to){.rooms = blue, .room_count = 1},
                 "ab");
    expect_heard(scene, "to red", &(struct to){.rooms = red, .room_count = 1},
                 "bc");
    expect_heard(scene, "to all", &(struct to){0}, "abcde");
    expect_heard(scene, "to blue again",
                 &(struct to){.rooms = blue, .room_count = 1}, "ab");
    end(scene);
}

static void nobody_is_in_twice(void)
{
    struct scene *scene = open(FEW);
    struct room *blue[] = {&scene->blue};
    struct to to_blue = {.rooms = blue, .room_count = 1};
    expect_true(!room_join(&scene->blue, &scene->sockets[0]),
                "joining a second time says false");
    expect_heard(scene, "to blue", &to_blue, "ab");
    expect_true(room_leave(&scene->blue, &scene->sockets[0]),
                "leaving says true");
    expect_heard(scene, "to blue, when a has left", &to_blue, "b");
    expect_true(!room_leave(&scene->blue, &scene->sockets[0]),
                "leaving a second time says false");
    expect_true(!room_leave(&scene->blue, &scene->sockets[3]),
                "leaving says false for who never joined");
    join(scene, &scene->blue, 3);
    expect_heard(scene, "to blue, when d has joined", &to_blue, "bd");
    end(scene);
}

static void two_rooms_are_one_message(void)
{
    struct scene *scene = open(FEW);
    struct room *both[] = {&scene->blue, &scene->red, &scene->blue};
    expect_heard(scene, "to blue and red",
                 &(struct to){.rooms = both, .room_count = 2}, "abc");
    expect_heard(scene, "to blue, red and blue",
                 &(struct to){.rooms = both, .room_count = 3}, "abc");
    end(scene);
}

static void some_are_left_out(void)
{
    struct scene *scene = open(FEW);
    struct room *blue[] = {&scene->blue}, *red[] = {&scene->red};
    struct socket *a = &scene->sockets[0];
    expect_heard(scene, "to all but the sender a", &(struct to){.sender = a},
                 "bcde");
    expect_heard(scene, "to blue, but the sender a",
                 &(struct to){.rooms = blue, .room_count = 1, .sender = a},
                 "b");
    expect_heard(scene, "to all except blue",
                 &(struct to){.except = blue, .except_count = 1}, "cde");
    expect_heard(
        scene, "to blue except red",
        &(struct to){
            .rooms = blue, .room_count = 1, .except = red, .except_count = 1},
        "a");
    expect_heard(scene, "to all", &(struct to){0}, "abcde");
    end(scene);
}

static void who_is_gone_is_in_no_room(void)
{
    struct scene *scene = open(FEW);
    struct room *both[] = {&scene->blue, &scene->red};
    struct to to_both = {.rooms = both, .room_count = 2};
    leave_all(&scene->sockets[1]);
    story("the connection of b is gone");
    expect_heard(scene, "to blue and red", &to_both, "ac");
    join(scene, &scene->red, 1);
    expect_heard(scene, "to blue and red, when b has joined red", &to_both,
                 "abc");
    end(scene);
}

static void who_hears_it_may_leave(void)
{
    struct scene *scene = open(FEW);
    struct room *both[] = {&scene->blue, &scene->red};
    struct to to_both = {.rooms = both, .room_count = 2};
    story("whoever hears it leaves all rooms at once");
    scene->is_leaving = true;
    expect_heard(scene, "to blue and red", &to_both, "abc");
    expect_heard(scene, "to blue and red again", &to_both, "");
    end(scene);
}

/* ------------------------------------------------------ at what cost */

static void expect_steps(const char *what, size_t right)
{
    story("%s: %zu steps along a list", what, steps);
    expect_between("the number of steps", (long long)steps, 0,
                   (long long)(right + SPARE));
}

static void a_message_costs_its_members(void)
{
    struct scene *scene = open(MANY);
    struct room *both[] = {&scene->blue, &scene->red};
    story("there are %d sockets, and four memberships", MANY);
    steps = 0;
    broadcast(&scene->hall, &(struct to){.rooms = both, .room_count = 2},
              deliver, scene);
    expect_number("deliveries", (long long)buf_size(&scene->heard), 3);
    expect_steps("a message to blue and red", 4 + 2);
    steps = 0;
    broadcast(&scene->hall,
              &(struct to){.rooms = both,
                           .room_count = 1,
                           .except = both + 1,
                           .except_count = 1},
              deliver, scene);
    expect_steps("a message to blue except red", 4 + 2);
    steps = 0;
    broadcast(&scene->hall, &(struct to){0}, deliver, scene);
    expect_number("deliveries, of all three",
                  (long long)buf_size(&scene->heard), 3 + 1 + MANY);
    expect_steps("a message to all", MANY);
    end(scene);
}

static void joining_costs_ones_own_rooms(void)
{
    struct scene *scene = open(MANY);
    for (size_t i = 3; i < MANY; i++)
        join(scene, &scene->blue, i);
    story("%d sockets are in blue", MANY - 1);
    steps = 0;
    join(scene, &scene->blue, 2);
    expect_steps("one more joins, which is in red already", 2);
    steps = 0;
    room_leave(&scene->blue, &scene->sockets[2]);
    expect_steps("it leaves again", 2);
    steps = 0;
    leave_all(&scene->sockets[MANY - 1]);
    expect_steps("the connection of another one is gone", 2);
    end(scene);
}

static const struct graded_test tests[] = {
    {"a message to a room is heard by its members, one to all by everybody",
     15,
     a_room_is_its_members,
     {"which list has the members of a room, and which has everybody?",
      "room->memberships, by in_room; hall->sockets, by in_hall",
      "CONTAINER(at, struct membership, in_room)->socket"},
     "build/client socketio http://127.0.0.1:8080 -v"},
    {"nobody is in a room twice, and who left hears nothing",
     10,
     nobody_is_in_twice,
     {"how do you know that it is in already?",
      "look among the memberships of the socket",
      "for each of socket->memberships: if (membership->room == room)"},
     NULL},
    {"who is in two of the rooms hears it once",
     15,
     two_rooms_are_one_message,
     {"how do you know that this one has heard it?",
      "give each broadcast a number, and note it where it was delivered",
      "if (socket->mark == mark) return; socket->mark = mark; with mark = "
      "++hall->mark"},
     NULL},
    {"the sender and the members of other rooms can be left out",
     15,
     some_are_left_out,
     {"what is the difference between who had it and who must not have it?",
      "none: mark those of `except` first, and deliver to nobody",
      "the sender is not marked but compared"},
     NULL},
    {"who is gone is in no room",
     10,
     who_is_gone_is_in_no_room,
     {"who still points to the socket?",
      "each of its memberships is in two lists", "list_remove() both, free()"},
     NULL},
    {"who hears it may leave at once",
     10,
     who_hears_it_may_leave,
     {"where is the next one, when this one has been freed?",
      "take the next one before you deliver",
      "next = list_next(at); visit(...); at = next;"},
     NULL},
    {"a message costs its members, however many others there are",
     15,
     a_message_costs_its_members,
     {"how long is a message to two people in a hall of ten thousand?",
      "do not ask each socket whether it is in; ask the room who is in it",
      "no walk along hall->sockets, unless it goes to all; and no mark to be "
      "taken off again"},
     NULL},
    {"joining and leaving cost the socket's own rooms, not the others' members",
     10,
     joining_costs_ones_own_rooms,
     {"which is shorter: the rooms of a socket, or the members of a room?",
      "look for the membership from the socket's side",
      "list_remove() needs no walk at all"},
     NULL},
    {0},
};

int main(void)
{
    return grade("13-broadcasting", tests);
}
