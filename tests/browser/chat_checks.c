/* chat_checks.c -- the page of the chat, in two windows. */
#include "tests/browser/trial.h"

enum { ANN, BOB }; /* the windows */

static void enter_both(struct trial *trial)
{
    trial_load_chat(trial, ANN);
    trial_expect(trial, "enterChat('Ann')", "yes");
    trial_load_chat(trial, BOB);
    trial_expect(trial, "enterChat('Bob')", "yes");
}

static void what_one_says_both_see(struct trial *trial)
{
    enter_both(trial);
    trial_expect(trial, "sayInChat('hello Ann')", "said");
    trial_expect(trial, "shows('Bob: hello Ann')", "yes");
    trial_look_at(trial, ANN);
    trial_expect(trial, "shows('Bob: hello Ann')", "yes");
    trial_expect(trial, "sayInChat('hello Bob')", "said");
    trial_look_at(trial, BOB);
    trial_expect(trial, "shows('Ann: hello Bob')", "yes");
    trial_expect_no_complaints(trial);
}

static void who_is_here_is_shown(struct trial *trial)
{
    enter_both(trial);
    trial_expect(trial, "says('members', 'Ann')", "yes");
    trial_look_at(trial, ANN);
    trial_expect(trial, "shows('Bob came in')", "yes");
    trial_expect(trial, "says('members', 'Bob')", "yes");
    trial_close_window(trial, BOB);
    trial_expect(trial, "shows('Bob left')", "yes");
    trial_expect(trial, "says('count', '1')", "yes");
}

static void it_is_one_conversation_with_the_channel(struct trial *trial)
{
    trial_load_chat(trial, ANN);
    trial_expect(trial, "enterChat('Ann')", "yes");
    trial_publish(trial, "from a poller");
    trial_expect(trial, "shows('from a poller')", "yes");
    trial_expect(trial, "sayInChat('to a poller')", "said");
    trial_expect(trial, "shows('Ann: to a poller')", "yes");
    trial_expect_answer(trial, &trial->server, "/polling?after=0",
                        "\"text\":\"Ann: to a poller\"");
}

static void who_comes_later_reads_what_was_said(struct trial *trial)
{
    trial_load_chat(trial, ANN);
    trial_publish(trial, "before anybody came");
    trial_expect(trial, "enterChat('Ann')", "yes");
    trial_expect(trial, "shows('before anybody came')", "yes");
}

static void markup_is_text(struct trial *trial)
{
    enter_both(trial);
    trial_expect(trial, "sayInChat('<img src=x onerror=alert(1)><b>x</b>')",
                 "said");
    trial_look_at(trial, ANN);
    trial_expect(trial, "shows('Bob: <img src=x onerror=alert(1)><b>x</b>')",
                 "yes");
    trial_expect(trial, "document.querySelectorAll('main img, main b').length",
                 "0");
    trial_expect_no_complaints(trial);
}

static void a_private_message_is_for_one(struct trial *trial)
{
    enter_both(trial);
    trial_expect(trial, "sayInChat('/msg Ann psst')", "said");
    trial_expect(trial, "shows('you to Ann: psst')", "yes");
    trial_look_at(trial, ANN);
    trial_expect(trial, "shows('Bob to you: psst')", "yes");
    trial_expect(trial, "sayInChat('/msg Zoe psst')", "said");
    trial_expect(trial, "shows('nobody here is called that')", "yes");
}

static void typing_is_seen_by_the_others(struct trial *trial)
{
    enter_both(trial);
    trial_expect(trial, "typeInChat('h')", "typed");
    trial_look_at(trial, ANN);
    trial_expect(trial, "says('typing', 'Bob typing')", "yes");
    trial_look_at(trial, BOB);
    trial_expect(trial, "sayInChat('hi')", "said");
    trial_look_at(trial, ANN);
    trial_expect(trial, "becomes(() => typing.innerText === '')", "yes");
}

static void rooms_are_apart(struct trial *trial)
{
    enter_both(trial);
    trial_expect(trial, "sayInChat('/join blue')", "said");
    trial_expect(trial, "says('room', 'blue')", "yes");
    trial_look_at(trial, ANN);
    trial_expect(trial, "shows('Bob left')", "yes");
    trial_expect(trial, "sayInChat('still in the lobby')", "said");
    trial_expect(trial, "shows('Ann: still in the lobby')", "yes");
    trial_look_at(trial, BOB);
    trial_expect(trial, "sayInChat('in blue')", "said");
    trial_expect(trial, "shows('Bob: in blue')", "yes");
    trial_expect(trial, "lines('still in the lobby')", "0");
}

static void after_a_cut_nothing_is_missing(struct trial *trial)
{
    trial_start_relay(trial);
    trial_load_chat(trial, ANN);
    trial_expect(trial, "enterChat('Ann')", "yes");
    trial_publish(trial, "one");
    trial_expect(trial, "shows('one')", "yes");
    trial_cut(trial);
    trial_publish(trial, "two");
    trial_expect(trial, "shows('two')", "yes");
    trial_expect(trial, "sayInChat('three')", "said");
    trial_expect(trial, "shows('Ann: three')", "yes");
    trial_expect(trial, "lines('one')", "1");
}

static void a_restart_is_survived(struct trial *trial)
{
    trial_load_chat(trial, ANN);
    trial_expect(trial, "enterChat('Ann')", "yes");
    trial_ask_to_end(trial);
    trial_restart(trial);
    trial_expect(trial, "says('state', 'connected as')", "yes");
    trial_expect(trial, "sayInChat('back')", "said");
    trial_expect(trial, "shows('Ann: back')", "yes");
}

static void polling_is_enough(struct trial *trial)
{
    trial_load_chat(trial, ANN);
    trial_expect(trial, "withoutWebSocket()", "gone");
    trial_expect(trial, "enterChat('Ann')", "yes");
    trial_expect(trial, "sayInChat('by polling')", "said");
    trial_expect(trial, "shows('Ann: by polling')", "yes");
    trial_publish(trial, "heard by polling");
    trial_expect(trial, "shows('heard by polling')", "yes");
}

static void the_keyboard_is_enough(struct trial *trial)
{
    trial_load_chat(trial, ANN);
    trial_type(trial, "Ann");
    trial_press_enter(trial);
    trial_expect(trial, "says('state', 'connected as Ann')", "yes");
    trial_type(trial, "by hand");
    trial_press_enter(trial);
    trial_expect(trial, "shows('Ann: by hand')", "yes");
}

static void who_is_in_sees_the_room_only(struct trial *trial)
{
    trial_load_chat(trial, ANN);
    trial_expect(trial, "inside.checkVisibility()", "false");
    trial_expect(trial, "enterChat('Ann')", "yes");
    trial_expect(trial, "inside.checkVisibility()", "true");
    trial_expect(trial, "nickname.checkVisibility()", "false");
}

static void it_fits_a_phone(struct trial *trial)
{
    trial_load_chat(trial, ANN);
    trial_narrow(trial, 360);
    trial_expect(trial, "enterChat('Ann')", "yes");
    trial_expect(trial, "sayInChat('x'.repeat(500))", "said");
    trial_expect(trial, "shows('x'.repeat(500))", "yes");
    trial_expect(trial, "document.documentElement.scrollWidth", "360");
}

static void policy_stops_scripts(struct trial *trial)
{
    trial_load_chat(trial, ANN);
    trial_expect(trial, "inlineScript()", "does not run");
}

const struct check chat_checks[] = {
    {"what one says in the chat both windows see", what_one_says_both_see, NULL,
     NULL},
    {"who comes and goes in the chat is shown", who_is_here_is_shown, NULL,
     NULL},
    {"the chat and the channel are one conversation",
     it_is_one_conversation_with_the_channel, NULL, NULL},
    {"who comes later to the chat reads what was said",
     who_comes_later_reads_what_was_said, NULL, NULL},
    {"markup in the chat is shown as text", markup_is_text, NULL, NULL},
    {"a private message is for one", a_private_message_is_for_one, NULL, NULL},
    {"who is typing is seen by the others", typing_is_seen_by_the_others, NULL,
     NULL},
    {"the rooms of the chat are apart", rooms_are_apart, NULL, NULL},
    {"after a cut nothing is missing in the chat, and nothing is there twice",
     after_a_cut_nothing_is_missing, NULL, NULL},
    {"the chat survives a restart of the server", a_restart_is_survived, NULL,
     NULL},
    {"the chat falls back to polling", polling_is_enough, NULL, NULL},
    {"the keyboard is enough for the chat", the_keyboard_is_enough, NULL, NULL},
    {"who is in the chat sees the room only", who_is_in_sees_the_room_only,
     NULL, NULL},
    {"the chat fits the width of a phone", it_fits_a_phone, NULL, NULL},
    {"a script that got into the chat would not run", policy_stops_scripts,
     NULL, NULL},
    {0},
};
