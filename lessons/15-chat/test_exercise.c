/* test_exercise.c -- does the room tell everybody what exercise.h says? */
#include <stdio.h>

#include "lessons/15-chat/exercise.h"
#include "lessons/kit/grade.h"

enum { HEARD_SIZE = 4000 };

struct member {
    const char *name;
    char heard[HEARD_SIZE]; /* a line for each event */
    size_t heard_size;
};

const char *member_name(const struct member *member)
{
    return member->name;
}

static void add(struct member *member, const char *text)
{
    int size = snprintf(member->heard + member->heard_size,
                        HEARD_SIZE - member->heard_size, "%s", text);
    member->heard_size += (size_t)size;
    if (member->heard_size >= HEARD_SIZE)
        lose("%s hears no end of it", member->name);
}

void member_hears(struct member *member, const char *event, uint64_t number,
                  const char *text)
{
    char digits[32];
    snprintf(digits, sizeof digits, " %d", (int)number);
    add(member, event);
    add(member, number != 0 ? digits : "");
    add(member, text != NULL ? " " : "");
    add(member, text != NULL ? text : "");
    add(member, "\n");
}

static struct room *new_room(void)
{
    static struct room room; /* a test is a process of its own */
    room = (struct room){0};
    return &room;
}

/* What a member heard since the last time, as lines. */
static void expect_heard(struct member *member, const char *lines)
{
    char what[40];
    snprintf(what, sizeof what, "what %s hears", member->name);
    expect_text(what, (struct slice){member->heard, member->heard_size}, lines);
    member->heard_size = 0;
}

static void forget(struct member *member)
{
    member->heard_size = 0;
}

/* ------------------------------------------------------ the acts, told */

static void join(struct room *room, struct member *member, uint64_t after)
{
    if (after > 0)
        story("%s comes back, and has the messages up to %d", member->name,
              (int)after);
    else
        story("%s joins", member->name);
    room_join(room, member, after);
}

static void say(struct room *room, struct member *member, const char *text)
{
    story("%s says %s", member->name, text);
    room_say(room, member, text);
}

static void type(struct room *room, struct member *member, int64_t now_ms)
{
    story("at %d ms %s presses a key", (int)now_ms, member->name);
    room_type(room, member, now_ms);
}

static void tick(struct room *room, int64_t now_ms)
{
    story("it is %d ms", (int)now_ms);
    room_tick(room, now_ms);
}

static void leave(struct room *room, struct member *member)
{
    story("%s leaves", member->name);
    room_leave(room, member);
}

/* ------------------------------------------------------ the tests */

static void joining_is_announced(void)
{
    struct room *room = new_room();
    struct member ann = {.name = "Ann"}, bob = {.name = "Bob"},
                  cleo = {.name = "Cleo"};
    join(room, &ann, 0);
    join(room, &bob, 0);
    expect_written(ann.heard_size + bob.heard_size > 0, "room_join()");
    expect_heard(&ann, "joined Bob\n");
    join(room, &cleo, 0);
    expect_heard(&ann, "joined Cleo\n");
    expect_heard(&bob, "joined Cleo\n");
    expect_heard(&cleo, "");
}

static void all_hear_what_is_said(void)
{
    struct room *room = new_room();
    struct member ann = {.name = "Ann"}, bob = {.name = "Bob"};
    join(room, &ann, 0);
    join(room, &bob, 0);
    forget(&ann);
    say(room, &ann, "hi");
    expect_written(ann.heard_size + bob.heard_size > 0, "room_say()");
    say(room, &bob, "hello");
    expect_heard(&ann, "message 1 Ann: hi\nmessage 2 Bob: hello\n");
    expect_heard(&bob, "message 1 Ann: hi\nmessage 2 Bob: hello\n");
}

/* So many messages by Ann; Dan listens. */
static void fill(struct room *room, struct member *ann, int count)
{
    static struct member dan;
    char text[20];
    dan = (struct member){.name = "Dan"};
    room_join(room, &dan, 0);
    join(room, ann, 0);
    story("Ann says 1, 2, 3 ... up to %d", count);
    for (int i = 1; i <= count; i++) {
        forget(&dan);
        snprintf(text, sizeof text, "%d", i);
        room_say(room, ann, text);
        expect_written(dan.heard_size > 0, "room_say()");
        forget(ann);
    }
}

static void expect_history(struct member *member, const char *before, int first,
                           int last)
{
    struct member right = {.name = member->name};
    add(&right, before);
    for (int i = first; i <= last; i++) {
        char text[20];
        snprintf(text, sizeof text, "Ann: %d", i);
        member_hears(&right, "message", (uint64_t)i, text);
    }
    expect_heard(member, right.heard);
}

static void newcomers_hear_the_newest(void)
{
    for (int count = 1; count <= 3 * ROOM_KEPT; count += ROOM_KEPT - 1) {
        struct room *room = new_room();
        struct member ann = {.name = "Ann"}, bob = {.name = "Bob"};
        fill(room, &ann, count);
        join(room, &bob, 0);
        expect_history(&bob, "", count > ROOM_KEPT ? count - ROOM_KEPT + 1 : 1,
                       count);
        expect_heard(&ann, "joined Bob\n");
        say(room, &ann, "live");
        char live[40];
        snprintf(live, sizeof live, "message %d Ann: live\n", count + 1);
        expect_heard(&bob, live);
    }
}

/* Bob has the messages up to `after`, of 50, and hears this first. */
static void come_back(int after, const char *before, int first)
{
    enum { COUNT = 50 };
    struct room *room = new_room();
    struct member ann = {.name = "Ann"}, bob = {.name = "Bob"};
    fill(room, &ann, COUNT);
    join(room, &bob, (uint64_t)after);
    expect_history(&bob, before, first, COUNT);
}

static void who_comes_back_hears_the_rest(void)
{
    come_back(50, "", 51);
    come_back(42, "", 43);
    come_back(30, "", 31);
    come_back(29, "lost 1\n", 31);
    come_back(10, "lost 20\n", 31);
}

static void typing_is_told_once(void)
{
    struct room *room = new_room();
    struct member ann = {.name = "Ann"}, bob = {.name = "Bob"};
    join(room, &ann, 0);
    join(room, &bob, 0);
    forget(&ann);
    type(room, &ann, 1000);
    expect_written(ann.heard_size + bob.heard_size > 0, "room_type()");
    type(room, &ann, 1200);
    type(room, &ann, 1400);
    expect_heard(&bob, "typing Ann\n");
    expect_heard(&ann, "");
}

static void typing_ends_behind_the_last_key(void)
{
    struct room *room = new_room();
    struct member ann = {.name = "Ann"}, bob = {.name = "Bob"};
    join(room, &ann, 0);
    join(room, &bob, 0);
    type(room, &ann, 1000);
    type(room, &ann, 3000);
    forget(&bob);
    tick(room, 5999);
    expect_heard(&bob, "");
    tick(room, 6000);
    expect_written(bob.heard_size > 0, "room_tick()");
    tick(room, 7000);
    expect_heard(&bob, "typed Ann\n");
    type(room, &ann, 8000);
    expect_heard(&bob, "typing Ann\n");
}

static void a_message_ends_typing(void)
{
    struct room *room = new_room();
    struct member ann = {.name = "Ann"}, bob = {.name = "Bob"};
    join(room, &ann, 0);
    join(room, &bob, 0);
    type(room, &ann, 1000);
    say(room, &ann, "hi");
    tick(room, 9000);
    expect_heard(&bob, "typing Ann\ntyped Ann\nmessage 1 Ann: hi\n");
}

static void newcomers_see_who_types(void)
{
    struct room *room = new_room();
    struct member ann = {.name = "Ann"}, bob = {.name = "Bob"},
                  cleo = {.name = "Cleo"};
    join(room, &ann, 0);
    join(room, &bob, 0);
    say(room, &bob, "hello");
    type(room, &ann, 1000);
    join(room, &cleo, 0);
    expect_heard(&cleo, "message 1 Bob: hello\ntyping Ann\n");
}

static void who_left_is_gone(void)
{
    struct room *room = new_room();
    struct member ann = {.name = "Ann"}, bob = {.name = "Bob"},
                  cleo = {.name = "Cleo"};
    join(room, &ann, 0);
    join(room, &bob, 0);
    join(room, &cleo, 0);
    type(room, &ann, 1000);
    forget(&ann);
    forget(&bob);
    leave(room, &ann);
    expect_written(ann.heard_size + bob.heard_size > 0, "room_leave()");
    tick(room, 9000);
    say(room, &cleo, "bye");
    expect_heard(&bob, "left Ann\nmessage 1 Cleo: bye\n");
    expect_heard(&ann, "");
}

static const struct graded_test tests[] = {
    {"who joins is announced to the others, and to them alone",
     10,
     joining_is_announced,
     {"who is in the room already, and who is not in it yet?",
      "go through the seats, and leave out whom it is about",
      "if (room->seats[i].member != member) member_hears(...)"},
     "make lesson-15"},
    {"what is said is numbered, and heard by all, also by who says it",
     15,
     all_hear_what_is_said,
     {"how does Ann's page know the number of what Ann said?",
      "count in room->newest, from 1; the text is \"Ann: hi\"",
      "snprintf(room->kept[room->newest++ % ROOM_KEPT], MESSAGE_SIZE, ...)"},
     "curl -d hello http://127.0.0.1:8080/polling"},
    {"who joins hears the newest messages first, each once",
     15,
     newcomers_hear_the_newest,
     {"which number is the oldest that is still kept?",
      "number n is in kept[(n - 1) % ROOM_KEPT]",
      "from newest > ROOM_KEPT ? newest - ROOM_KEPT : 0, not included"},
     NULL},
    {"who comes back hears what it has not, and what is lost",
     15,
     who_comes_back_hears_the_rest,
     {"what does a client that has 10 need, when 31 to 50 are kept?",
      "between 10 and 31 there are 20 that nobody has any more: say so",
      "if (after != 0 && after < forgotten) lost forgotten - after"},
     "curl -i 'http://127.0.0.1:8080/polling?after=1'"},
    {"the others are told once that somebody types",
     15,
     typing_is_told_once,
     {"how many events is a sentence of 80 letters?",
      "tell them when the typing begins; a key after that moves its end",
      "if (seat->typing_until_ms == 0) tell \"typing\"; then set it anew"},
     NULL},
    {"typing ends three seconds behind the last key, once",
     10,
     typing_ends_behind_the_last_key,
     {"which key counts, the first or the last?",
      "typing_until_ms is of the last key; it is over when now is not less",
      "typing_until_ms != 0 && typing_until_ms <= now_ms: tell, and set it to "
      "0"},
     NULL},
    {"a message ends the typing, before it is heard",
     10,
     a_message_ends_typing,
     {"what does Bob's page show when the message has come?",
      "the same as in room_tick(), before the message goes out",
      "one function that ends the typing of a seat, called from both"},
     NULL},
    {"who joins sees who types",
     5,
     newcomers_see_who_types,
     {"what do the others know that no message says?",
      "behind the history, one typing for each seat that types",
      "if (room->seats[i].typing_until_ms != 0) member_hears(member, ...)"},
     NULL},
    {"who left hears nothing, and types no more",
     5,
     who_left_is_gone,
     {"what is left of somebody when the seat is gone?",
      "take the seat out, then tell those who are still there",
      "*seat = room->seats[--room->seat_count];"},
     NULL},
    {0},
};

int main(void)
{
    return grade("15-chat", tests);
}
