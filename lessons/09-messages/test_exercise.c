/* test_exercise.c -- do events reach who listens, and nothing else anybody? */
#include "common/json.h"
#include "lessons/09-messages/exercise.h"
#include "lessons/kit/arrival.h"
#include "lessons/kit/grade.h"

static struct buf calls; /* what was called: "first({}) second(1) " */

/* The listener of most tests: `user` is its name. */
static void note(void *user, struct slice data)
{
    buf_append_text(&calls, user);
    buf_append_text(&calls, "(");
    buf_append_slice(&calls, data);
    buf_append_text(&calls, ") ");
}

static struct listener noting(const char *name, char *who)
{
    return (struct listener){.name = name, .on_event = note, .user = who};
}

static void listen(struct events *events, struct listener listener)
{
    expect_written(events_on(events, listener), "events_on()");
}

static const char *words_of(int dispatched)
{
    static const char *const words[] = {"DISPATCHED", "NOT_JSON", "NO_EVENT",
                                        "UNHEARD"};
    bool is_known = dispatched >= DISPATCHED && dispatched <= UNHEARD;
    return is_known ? words[dispatched] : "something else";
}

/* As a message comes from the network: memory ends behind its last byte. */
static enum dispatched dispatch_copy(struct events *events, struct slice text)
{
    struct slice arrival = arrival_of(text);
    enum dispatched dispatched = events_dispatch(events, arrival);
    arrival_free(arrival);
    expect_written(dispatched != DISPATCH_NOT_WRITTEN, "events_dispatch()");
    return dispatched;
}

/* What came is this, and these are called. */
static void expect_dispatch(struct events *events, struct slice text,
                            enum dispatched right, const char *called)
{
    enum dispatched dispatched = dispatch_copy(events, text);
    if (dispatched != right)
        lose("events_dispatch() says %s, and %s was right",
             words_of(dispatched), words_of(right));
    expect_text("who was called", buf_slice(&calls), called);
    buf_free(&calls);
}

/* The next step of several. */
static void expect_then(struct events *events, const char *text,
                        enum dispatched right, const char *called)
{
    story_bytes("a message comes", slice_of(text));
    expect_dispatch(events, slice_of(text), right, called);
}

/* One case of several. */
static void expect_case(struct events *events, const char *text,
                        enum dispatched right, const char *called)
{
    story_case_bytes("a message comes", slice_of(text));
    expect_dispatch(events, slice_of(text), right, called);
}

static void data_comes_with_it(void)
{
    struct events events = {0};
    story("one listens to \"say\", another to \"join\"");
    listen(&events, noting("say", "one"));
    listen(&events, noting("join", "another"));
    expect_case(&events, "{\"event\":\"say\",\"data\":\"hi\"}", DISPATCHED,
                "one(\"hi\") ");
    expect_case(&events,
                " { \"data\" : { \"a\": [1, 2] } , \"event\" : \"join\" } ",
                DISPATCHED, "another({ \"a\": [1, 2] }) ");
    expect_case(&events, "{\"event\":\"say\"}", DISPATCHED, "one(null) ");
    expect_case(&events, "{\"event\":\"say\",\"data\":false}", DISPATCHED,
                "one(false) ");
}

static void only_json_comes_through(void)
{
    static const char whole[] = "{\"event\":\"say\",\"data\":[\"\\u00e9\",1]}";
    static const char *const texts[] = {
        "say hello",
        "{'event':'say'}",
        "{event:\"say\"}",
        "{\"event\":\"say\",}",
        "{\"event\":\"say\"} and more",
        "{\"event\":\"say\"}{\"event\":\"say\"}",
        "{\"event\":\"say\",\"data\":01}",
        "{\"event\":\"say\",\"data\":NaN}",
        "{\"event\":\"say\",\"data\":\"a\nb\"}",
        "{\"event\":\"say\",\"data\":\"\\x41\"}",
        "{\"event\":\"say\",\"data\":undefined}",
    };
    struct events events = {0};
    listen(&events, noting("say", "one"));
    story("one listens to \"say\"");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        expect_case(&events, texts[i], NOT_JSON, "");
    expect_case(&events, whole, DISPATCHED, "one([\"\\u00e9\",1]) ");
    for (size_t size = 0; size < sizeof whole - 1; size++) {
        story_case_bytes("it is cut", (struct slice){whole, size});
        expect_dispatch(&events, (struct slice){whole, size}, NOT_JSON, "");
    }
}

/* Each opening bracket may be a call on the stack of who reads it. */
static void depth_is_bounded(void)
{
    enum { DEPTH = 1000000 };
    struct events events = {0};
    struct buf text = {0};
    listen(&events, noting("say", "one"));
    buf_append_text(&text, "{\"event\":\"say\",\"data\":");
    memset(buf_room(&text, DEPTH), '[', DEPTH);
    buf_added(&text, DEPTH);
    story_bytes("a message comes", buf_slice(&text));
    expect_dispatch(&events, buf_slice(&text), NOT_JSON, "");
    buf_free(&text);
}

static void other_json_is_told_apart(void)
{
    struct events events = {0};
    listen(&events, noting("say", "one"));
    story("one listens to \"say\"");
    expect_case(&events, "[\"say\",1]", NO_EVENT, "");
    expect_case(&events, "\"say\"", NO_EVENT, "");
    expect_case(&events, "null", NO_EVENT, "");
    expect_case(&events, "{}", NO_EVENT, "");
    expect_case(&events, "{\"name\":\"say\"}", NO_EVENT, "");
    expect_case(&events, "{\"event\":7}", NO_EVENT, "");
    expect_case(&events, "{\"event\":{\"event\":\"say\"}}", NO_EVENT, "");
    expect_case(&events, "{\"event\":\"shout\"}", UNHEARD, "");
    expect_case(&events, "{\"event\":\"\"}", UNHEARD, "");
}

static void names_are_characters(void)
{
    struct events events = {0};
    story("one listens to \"say\", another to \"caf\xc3\xa9\"");
    listen(&events, noting("say", "one"));
    listen(&events, noting("caf\xc3\xa9", "another"));
    expect_case(&events, "{\"event\":\"s\\u0061y\"}", DISPATCHED, "one(null) ");
    expect_case(&events, "{\"ev\\u0065nt\":\"caf\\u00e9\"}", DISPATCHED,
                "another(null) ");
    expect_case(&events, "{\"event\":\"sa\"}", UNHEARD, "");
    expect_case(&events, "{\"event\":\"says\"}", UNHEARD, "");
    expect_case(&events, "{\"event\":\"Say\"}", UNHEARD, "");
    expect_case(&events, "{\"event\":\"say\\u0000\"}", UNHEARD, "");
    expect_case(&events, "{\"data\":{\"event\":\"say\"},\"event\":\"stop\"}",
                UNHEARD, "");
    expect_case(&events, "{\"data\":\"\\\"event\\\":\\\"say\\\"\"}", NO_EVENT,
                "");
}

static void each_is_called_once(void)
{
    struct events events = {0};
    story("first, second and, under another name, third begin to listen");
    listen(&events, noting("say", "first"));
    listen(&events, noting("say", "second"));
    listen(&events, noting("join", "third"));
    story("the connection is lost, and comes back: first begins again");
    char name[] = "say"; /* the same name, at another place in memory */
    listen(&events, noting(name, events.listeners[0].user));
    expect_then(&events, "{\"event\":\"say\",\"data\":1}", DISPATCHED,
                "first(1) second(1) ");
    story("first stops listening; so does one who never did");
    events_off(&events, events.listeners[0]);
    events_off(&events, noting("say", "nobody"));
    expect_then(&events, "{\"event\":\"say\",\"data\":2}", DISPATCHED,
                "second(2) ");
    expect_then(&events, "{\"event\":\"join\"}", DISPATCHED, "third(null) ");
}

static void note_loudly(void *user, struct slice data)
{
    buf_append_text(&calls, "LOUD ");
    note(user, data);
}

/* The same one listens by two functions, and to two names. */
static void all_three_make_a_listener(void)
{
    struct events events = {0};
    struct listener quiet = noting("say", "one"), loud = quiet;
    loud.on_event = note_loudly;
    story("one listens to \"say\" with two functions, and to \"join\"");
    listen(&events, quiet);
    listen(&events, loud);
    listen(&events, (struct listener){"join", note, quiet.user});
    expect_then(&events, "{\"event\":\"say\"}", DISPATCHED,
                "one(null) LOUD one(null) ");
    expect_then(&events, "{\"event\":\"join\"}", DISPATCHED, "one(null) ");
    story("one stops listening to \"say\" with the second function");
    events_off(&events, loud);
    expect_then(&events, "{\"event\":\"say\"}", DISPATCHED, "one(null) ");
    expect_then(&events, "{\"event\":\"join\"}", DISPATCHED, "one(null) ");
}

static void the_list_is_bounded(void)
{
    struct events events = {0};
    char users[LISTENERS_MAX + 1];
    story("%d listen to \"say\"", LISTENERS_MAX);
    for (size_t i = 0; i < LISTENERS_MAX; i++)
        listen(&events, noting("say", &users[i]));
    expect_true(!events_on(&events, noting("say", &users[LISTENERS_MAX])),
                "one more is told that there is no place");
    expect_true(events_on(&events, noting("say", &users[3])),
                "the fourth, who comes again, is told that it is there");
}

/* ------------------------------------------------------ on and off, within */

static struct events changing;
static char next[] = "next";

static void note_once(void *user, struct slice data)
{
    note(user, data);
    events_off(&changing, (struct listener){"say", note_once, user});
}

static void note_and_stop_next(void *user, struct slice data)
{
    note("stopper", data);
    (void)user;
    events_off(&changing, (struct listener){"say", note_once, next});
}

static void note_and_add(void *user, struct slice data)
{
    note(user, data);
    events_on(&changing, noting("say", "late"));
}

static void listeners_come_and_go(void)
{
    static char first[] = "first", adder[] = "adder";
    story("first listens once, and stops in the call; second stays; adder "
          "brings one more");
    listen(&changing, (struct listener){"say", note_once, first});
    listen(&changing, noting("say", "second"));
    listen(&changing, (struct listener){"say", note_and_add, adder});
    expect_then(&changing, "{\"event\":\"say\",\"data\":1}", DISPATCHED,
                "first(1) second(1) adder(1) ");
    expect_then(&changing, "{\"event\":\"say\",\"data\":2}", DISPATCHED,
                "second(2) adder(2) late(2) ");
}

static void who_is_stopped_is_not_called(void)
{
    story("stopper stops the one behind it, in the call; last stays");
    listen(&changing, (struct listener){"say", note_and_stop_next, NULL});
    listen(&changing, (struct listener){"say", note_once, next});
    listen(&changing, noting("say", "last"));
    expect_then(&changing, "{\"event\":\"say\",\"data\":1}", DISPATCHED,
                "stopper(1) last(1) ");
}

/* ------------------------------------------------------ writing */

static void expect_round_trip(const char *name, const char *data)
{
    struct events events = {0};
    struct buf text = {0}, called = {0};
    story_case_bytes("an event with this name is made", slice_of(name));
    event_append(&text, slice_of(name), slice_of(data));
    expect_written(buf_size(&text) > 0, "event_append()");
    story_bytes("its text", buf_slice(&text));
    expect_true(json_is_valid(buf_slice(&text)), "the text is JSON");
    listen(&events, noting(name, "other side"));
    buf_append_text(&called, "other side(");
    buf_append_text(&called, data);
    buf_append(&called, ") ", 3); /* with its NUL */
    expect_dispatch(&events, buf_slice(&text), DISPATCHED,
                    (char *)buf_head(&called));
    buf_free(&text);
    buf_free(&called);
}

static void what_is_made_is_understood(void)
{
    struct buf text = {0};
    event_append(&text, slice_of("say"), slice_of("{\"text\":\"hi\"}"));
    expect_written(buf_size(&text) > 0, "event_append()");
    expect_text("the text of say", buf_slice(&text),
                "{\"event\":\"say\",\"data\":{\"text\":\"hi\"}}");
    event_append(&text, slice_of("go"), slice_of("1"));
    expect_text("the same, and go behind it", buf_slice(&text),
                "{\"event\":\"say\",\"data\":{\"text\":\"hi\"}}"
                "{\"event\":\"go\",\"data\":1}");
    buf_free(&text);
    expect_round_trip("say", "[1,2.50,\"\\u0041\"]");
    expect_round_trip("he said \"no\"", "null");
    expect_round_trip("back\\slash", "0");
    expect_round_trip("two\nlines", "\"\\n\"");
    expect_round_trip("caf\xc3\xa9 \xf0\x9f\x98\x80", "{}");
    expect_round_trip("", "true");
}

static const struct graded_test tests[] = {
    {"an event reaches who listens to it, with its data",
     15,
     data_comes_with_it,
     {"which two members of the object count, and in which order may they "
      "stand?",
      "json_member() finds one by its name; \"data\" may be missing",
      "struct slice data = slice_of(\"null\"); json_member(text, \"data\", "
      "&data);"},
     "build/client websocket http://127.0.0.1:8080 -n 1 "
     "-d '{\"event\":\"say\",\"data\":\"hi\"}'"},
    {"what is not JSON reaches nobody",
     15,
     only_json_comes_through,
     {"who has looked at this text before you?",
      "nobody: everything else in common/json.h trusts that you did",
      "if (!json_is_valid(text)) return NOT_JSON;"},
     NULL},
    {"a million brackets break nothing",
     5,
     depth_is_bounded,
     {"how many calls deep is a reader that calls itself for each bracket?",
      "common/json.h has a bound, JSON_DEPTH_MAX",
      "if (!json_is_valid(text)) return NOT_JSON;"},
     NULL},
    {"JSON that is no event, and an event that nobody wants, are told apart",
     15,
     other_json_is_told_apart,
     {"what may a peer send that is JSON, and still not what you expect?",
      "json_member() is false for what is no object; then ask json_type()",
      "!json_member(text, \"event\", &name) || json_type(name) != "
      "JSON_STRING: NO_EVENT"},
     NULL},
    {"a name is its characters, however they are written",
     15,
     names_are_characters,
     {"how many ways are there to write \"say\" in JSON?",
      "json_string() gives the characters; compare all of them",
      "slice_is(json_string(name, &scratch), listener->name)"},
     NULL},
    {"listeners are called in order, each once, until they stop",
     5,
     each_is_called_once,
     {"when are two listeners the same?",
      "look for it before you add it; names are compared with strcmp()",
      "same name, on_event and user: return true and add nothing"},
     NULL},
    {"a listener is its name, its function and its user",
     5,
     all_three_make_a_listener,
     {"which of three may be the same in two listeners?",
      "any two of them: they are one only if all three are",
      "strcmp(name) == 0 && on_event == on_event && user == user"},
     NULL},
    {"the list is bounded",
     5,
     the_list_is_bounded,
     {"what is behind the last place of an array?",
      "compare count with LISTENERS_MAX before you write",
      "if (events->count == LISTENERS_MAX) return false;"},
     NULL},
    {"who listens may come and go while an event is handed out",
     5,
     listeners_come_and_go,
     {"what happens to place 1 when place 0 is taken out of the list?",
      "hand out to those who were there when the event came",
      "struct events then = *events; and go through that"},
     NULL},
    {"who was stopped a moment ago is not called any more",
     5,
     who_is_stopped_is_not_called,
     {"does your copy of the list know who has left since?",
      "look into the real list before each call",
      "if (find(events, listener) < events->count) listener->on_event(...)"},
     NULL},
    {"the text that is made for an event is understood by the other side",
     10,
     what_is_made_is_understood,
     {"what if there is a quotation mark in the name?",
      "json_append_string() escapes what has to be",
      "\"{\\\"event\\\":\" json_append_string(name) \",\\\"data\\\":\" data "
      "\"}\""},
     NULL},
    {0},
};

int main(void)
{
    return grade("09-messages", tests);
}
