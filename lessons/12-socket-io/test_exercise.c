/* test_exercise.c -- are packets read and written, attachments collected and
 * answers given to who asked, as exercise.h describes? */
#include "lessons/12-socket-io/exercise.h"
#include "lessons/kit/arrival.h"
#include "lessons/kit/grade.h"

static const char *name_of(enum result result)
{
    switch (result) {
    case NOT_WRITTEN: return "NOT_WRITTEN";
    case NEED_MORE: return "NEED_MORE";
    case COMPLETE: return "COMPLETE";
    case BAD: return "BAD";
    }
    return "none of the results that there are";
}

static enum result read_quietly(struct slice text, struct packet *packet)
{
    enum result result = packet_read(text, packet);
    expect_written(result != NOT_WRITTEN, "packet_read()");
    return result;
}

static void expect_result(enum result came, enum result right)
{
    if (came != right)
        lose("the result is %s, and %s was right", name_of(came),
             name_of(right));
}

/* ------------------------------------------------------ reading */

static struct slice good; /* what read_good() has read */

/* The packet that `text` is; its slices are good until the next one. */
static struct packet read_good(const char *text)
{
    struct packet packet = {0};
    story_case_bytes("comes", slice_of(text));
    arrival_free(good);
    good = arrival_of(slice_of(text));
    expect_result(read_quietly(good, &packet), COMPLETE);
    return packet;
}

static void expect_parts(const char *text, enum packet_type type,
                         const char *nsp, const char *payload)
{
    struct packet packet = read_good(text);
    expect_number("the type", (long long)packet.type - '0',
                  (long long)type - '0');
    expect_text("the namespace", packet.nsp, nsp);
    expect_text("the payload", packet.payload, payload);
    expect_true(!packet.has_id, "it has no id");
    expect_number("attachments", (long long)packet.attachments, 0);
}

static void types_and_payloads_are_read(void)
{
    expect_parts("2[\"hello\",1,\"2\",{\"three\":[3]}]", EVENT, "/",
                 "[\"hello\",1,\"2\",{\"three\":[3]}]");
    expect_parts("0", CONNECT, "/", "");
    expect_parts("0{\"token\":\"123\"}", CONNECT, "/", "{\"token\":\"123\"}");
    expect_parts("1", DISCONNECT, "/", "");
    expect_parts("3[]", ACK, "/", "[]");
    expect_parts("4{\"message\":\"no\"}", CONNECT_ERROR, "/",
                 "{\"message\":\"no\"}");
}

static void namespaces_are_read(void)
{
    expect_parts("2/chat,[\"hello\"]", EVENT, "/chat", "[\"hello\"]");
    expect_parts("0/chat,", CONNECT, "/chat", "");
    expect_parts("0/chat", CONNECT, "/chat", "");
    expect_parts("0/chat,{\"a\":1,\"b\":2}", CONNECT, "/chat",
                 "{\"a\":1,\"b\":2}");
    expect_parts("2/room/7,[\"a,b\",\"/c,\"]", EVENT, "/room/7",
                 "[\"a,b\",\"/c,\"]");
    expect_parts("2[\"/chat,\"]", EVENT, "/", "[\"/chat,\"]");
}

static void expect_id(const char *text, uint64_t id)
{
    struct packet packet = read_good(text);
    expect_true(packet.has_id, "it has an id");
    expect_number("the id", (long long)packet.id, (long long)id);
}

static void ids_are_read(void)
{
    expect_id("20[\"hello\"]", 0);
    expect_id("212[\"hello\"]", 12);
    expect_id("2/chat,17[\"hello\"]", 17);
    expect_id("3/chat,17[\"thanks\"]", 17);
    expect_id("29007199254740993[\"hello\"]", 9007199254740993);
    expect_id("2/7,8[\"hello\"]", 8);
}

static void attachments_are_counted(void)
{
    struct packet packet =
        read_good("51-[\"data\",{\"_placeholder\":true,\"num\":0}]");
    expect_number("attachments", (long long)packet.attachments, 1);
    expect_true(!packet.has_id, "it has no id");
    packet = read_good("510-/chat,7[\"data\"]");
    expect_number("attachments", (long long)packet.attachments, 10);
    expect_text("the namespace", packet.nsp, "/chat");
    expect_number("the id", (long long)packet.id, 7);
    packet = read_good("62-3[1,2]");
    expect_number("attachments", (long long)packet.attachments, 2);
    expect_number("the id", (long long)packet.id, 3);
}

static void expect_bad(const char *text)
{
    struct packet packet = {0};
    struct slice arrival = arrival_of(slice_of(text));
    enum result result = read_quietly(arrival, &packet);
    arrival_free(arrival);
    if (result == BAD)
        return;
    story_bytes("comes", slice_of(text));
    lose("the result is %s, and BAD was right", name_of(result));
}

static void what_is_no_packet_is_bad(void)
{
    static const char *const texts[] = {
        "",
        "7[\"hello\"]",
        "hello",
        "2",
        "2{}",
        "2[]",
        "2[1]",
        "2[\"hello\"",
        "2[\"hello\"]]",
        "2hello",
        "3",
        "3{}",
        "0[]",
        "1{}",
        "4",
        "4\"no\"",
        "5[\"hello\"]",
        "5-[\"hello\"]",
        "50-[\"hello\"]",
        "51[\"hello\"]",
        "511-[\"hello\"]",
        "599999999999999999999-[\"hello\"]",
        "218446744073709551616[\"hello\"]",
        "2-1[\"hello\"]",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        expect_bad(texts[i]);
}

/* Whatever is cut off: never a byte behind the end. */
static void every_beginning_is_judged(void)
{
    static const char *const texts[] = {
        "51-/chat,12[\"data\",{\"_placeholder\":true,\"num\":0}]",
        "2/chat,17[\"hello\"]",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        story_case_bytes("every beginning comes of", slice_of(texts[i]));
        for (size_t size = 0; size < strlen(texts[i]); size++) {
            struct packet packet = {0};
            struct slice arrival = arrival_of((struct slice){texts[i], size});
            enum result result = read_quietly(arrival, &packet);
            arrival_free(arrival);
            if (result != BAD)
                story("of %zu bytes", size);
            expect_result(result, BAD);
        }
    }
}

static void what_is_read_is_written(void)
{
    static const char *const texts[] = {
        "2[\"hello\",1,\"2\",{\"three\":[3]}]",
        "0",
        "0/chat,{\"token\":1}",
        "1/chat,",
        "20[\"hello\"]",
        "2/chat,17[\"hello\"]",
        "3/chat,17[]",
        "51-/chat,12[\"data\",{\"_placeholder\":true,\"num\":0}]",
        "610-18446744073709551615[]",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct packet packet = read_good(texts[i]);
        struct buf out = {0};
        packet_append(&out, &packet);
        expect_written(buf_size(&out) > 0, "packet_append()");
        expect_text("what packet_append() writes", buf_slice(&out), texts[i]);
        buf_free(&out);
    }
}

/* ------------------------------------------------------ attachments */

static void expect_receive(struct receiver *receiver, const char *message,
                           bool is_binary, enum result right)
{
    story_bytes(is_binary ? "a binary message comes" : "a text comes",
                slice_of(message));
    enum result result = receive(receiver, slice_of(message), is_binary);
    expect_written(result != NOT_WRITTEN, "receive()");
    expect_result(result, right);
}

static void attachments_are_collected(void)
{
    struct receiver receiver = {0};
    expect_receive(&receiver, "2[\"hello\"]", false, COMPLETE);
    expect_receive(&receiver,
                   "52-1[\"data\",{\"_placeholder\":true,\"num\":1}]", false,
                   NEED_MORE);
    expect_receive(&receiver, "first", true, NEED_MORE);
    expect_receive(&receiver, "second", true, COMPLETE);
    expect_number("the id", (long long)receiver.packet.id, 1);
    expect_text("buffers[0]", receiver.buffers[0], "first");
    expect_text("buffers[1]", receiver.buffers[1], "second");
    expect_receive(&receiver, "2[\"again\"]", false, COMPLETE);
    expect_text("the payload", receiver.packet.payload, "[\"again\"]");
    expect_receive(&receiver, "61-7[{\"_placeholder\":true,\"num\":0}]", false,
                   NEED_MORE);
    expect_receive(&receiver, "", true, COMPLETE);
    expect_text("buffers[0]", receiver.buffers[0], "");
}

static void what_is_not_due_is_bad(void)
{
    struct receiver one = {0}, other = {0}, third = {0};
    expect_receive(&one, "bytes", true, BAD);
    story("on another connection:");
    expect_receive(&other, "51-[\"data\"]", false, NEED_MORE);
    expect_receive(&other, "2[\"hello\"]", false, BAD);
    story("on a third one:");
    expect_receive(&third, "51-[\"data\"]", false, NEED_MORE);
    expect_receive(&third, "bytes", true, COMPLETE);
    expect_receive(&third, "bytes", true, BAD);
}

/* ------------------------------------------------------ acknowledgements */

static uint64_t ask(struct questions *questions, int who)
{
    uint64_t id = UINT64_MAX;
    bool is_added = questions_add(questions, who, &id);
    if (!is_added)
        lose("questions_add() says that there is no room for %d", who);
    story("%d asks, with id %llu", who, (unsigned long long)id);
    return id;
}

static void expect_questions_are_written(void)
{
    struct questions questions = {0};
    uint64_t id;
    expect_written(questions_add(&questions, 1, &id), "questions_add()");
}

static void expect_answer(struct questions *questions, uint64_t id, int right)
{
    int who = -1;
    story("the answer %llu comes", (unsigned long long)id);
    if (!questions_take(questions, id, &who))
        lose("nobody is said to wait for it, and %d does", right);
    expect_number("who waits for it", who, right);
}

static void expect_nobody(struct questions *questions, uint64_t id)
{
    int who = -1;
    story("the answer %llu comes", (unsigned long long)id);
    if (questions_take(questions, id, &who))
        lose("%d is said to wait for it, and nobody does", who);
}

static void answers_find_who_asked(void)
{
    struct questions questions = {0};
    expect_questions_are_written();
    for (int i = 0; i < 3; i++)
        expect_number("the id", (long long)ask(&questions, 100 + i), i);
    expect_answer(&questions, 1, 101);
    expect_answer(&questions, 0, 100);
    expect_number("the next id", (long long)ask(&questions, 103), 3);
    expect_answer(&questions, 3, 103);
    expect_answer(&questions, 2, 102);
}

static void no_answer_counts_twice(void)
{
    struct questions questions = {0};
    uint64_t id;
    expect_questions_are_written();
    expect_nobody(&questions, 0);
    ask(&questions, 100);
    expect_answer(&questions, 0, 100);
    expect_nobody(&questions, 0);
    ask(&questions, 101);
    story("the time of 101 is over");
    questions_give_up(&questions, 1);
    for (int i = 0; i < WAITING_MAX; i++)
        ask(&questions, 102 + i);
    story("and one more would be too many");
    expect_true(!questions_add(&questions, 110, &id),
                "no more than WAITING_MAX may wait");
    expect_nobody(&questions, 1);
    expect_answer(&questions, 2, 102);
    expect_number("the next id", (long long)ask(&questions, 111), 6);
}

static const struct graded_test tests[] = {
    {"type and payload are taken apart",
     10,
     types_and_payloads_are_read,
     {"which of the parts may be missing, and how do you see that?",
      "the type is one byte; what is left in the end is the payload",
      "packet->payload = text, when all before it has been taken off"},
     "build/client socketio http://127.0.0.1:8080 --emit hello 1 -v"},
    {"a namespace begins with a slash and ends with a comma",
     10,
     namespaces_are_read,
     {"where does the namespace of 0/chat end?",
      "only a text that begins with / has one; commas in the payload are none "
      "of its",
      "memchr(',') from the slash on; no comma: all of it"},
     "build/client socketio http://127.0.0.1:8080/custom -v -m 1"},
    {"an id is the number before the payload; 0 is one",
     10,
     ids_are_read,
     {"is the id 0 an id?", "has_id says whether there is a digit, not != 0",
      "64 bits: number = 10 * number + digit"},
     "build/client socketio http://127.0.0.1:8080 --emit message-with-ack 1 "
     "--ack -v"},
    {"attachments are the number before the hyphen",
     10,
     attachments_are_counted,
     {"is 51-[...] packet 51, or packet 5 with 1 attachment?",
      "the type is one byte, always; types 5 and 6 alone go on with a number",
      "take_number(), then a '-', or it is BAD"},
     NULL},
    {"what is no packet is bad",
     10,
     what_is_no_packet_is_bad,
     {"what may a peer send that JavaScript would stumble over?",
      "judge the payload by its type: json_is_valid() first, then json_type()",
      "too large: number > (UINT64_MAX - digit) / 10"},
     "build/client engineio http://127.0.0.1:8080/socket.io/ -d '2{}' -v"},
    {"no byte behind the end is looked at, wherever it ends",
     5,
     every_beginning_is_judged,
     {"what is text.data[0] when text.size is 0?",
      "each part may be the last one that is there",
      "text.size > 0 && text.data[0] == ..."},
     NULL},
    {"what is read can be written, byte for byte",
     10,
     what_is_read_is_written,
     {"in which order do the parts stand?",
      "nothing for the namespace /, a comma behind any other",
      "if (packet->has_id) buf_append_number(out, packet->id)"},
     NULL},
    {"a packet is complete when all of its attachments are there",
     10,
     attachments_are_collected,
     {"how do you know that an attachment belongs to this packet?",
      "they come right behind it, in order; count them",
      "received == attachments ? COMPLETE : NEED_MORE"},
     NULL},
    {"a text where an attachment is due is bad, and the other way round",
     10,
     what_is_not_due_is_bad,
     {"may anything come between a packet and its attachments?",
      "is_due != is_binary is BAD", "is_due: received < packet.attachments"},
     NULL},
    {"an answer finds who asked, in whatever order answers come",
     10,
     answers_find_who_asked,
     {"what does an answer say of the question?",
      "its id, and nothing else: look for it among all that wait",
      "ids are not places in the list: those are used again"},
     NULL},
    {"an answer that comes twice or too late is nobody's",
     5,
     no_answer_counts_twice,
     {"what happens to who is told twice?",
      "who was answered waits no more; nor does who gave up",
      "is_waiting = false, and look at it"},
     NULL},
    {0},
};

int main(void)
{
    return grade("12-socket-io", tests);
}
