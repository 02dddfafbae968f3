#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/log.h"
#include "tests/catcher.h"

/* ------------------------------------------------------------- escaping */

static void assert_escaped(const char *bytes, size_t size, const char *text)
{
    char escaped[LOG_ESCAPED_MAX];
    assert_string_equal(log_escaped((struct slice){bytes, size}, escaped),
                        text);
}

static void plain_text_stays_as_it_is(void **state)
{
    (void)state;
    assert_escaped("GET /a?b=c HTTP/1.1 ~", 21, "GET /a?b=c HTTP/1.1 ~");
    assert_escaped("", 0, "");
    assert_escaped(NULL, 0, "");
}

static void control_characters_are_spelt(void **state)
{
    (void)state;
    assert_escaped("a\r\n\tb", 5, "a\\r\\n\\tb");
    assert_escaped("\x1b[31m\0\x7f", 7, "\\x1b[31m\\x00\\x7f");
    assert_escaped("\xc3\xa9\x9b", 3, "\\xc3\\xa9\\x9b");
}

static void a_long_text_is_cut_with_an_ellipsis(void **state)
{
    char bytes[1000], escaped[LOG_ESCAPED_MAX];
    (void)state;
    memset(bytes, 'a', sizeof bytes);
    log_escaped((struct slice){bytes, sizeof bytes}, escaped);
    assert_true(strlen(escaped) < LOG_ESCAPED_MAX);
    assert_string_equal(escaped + strlen(escaped) - 4, "a...");
}

/* Whatever is at the cut: never half an escape, and always a NUL. */
static void a_cut_does_not_split_an_escape(void **state)
{
    (void)state;
    for (size_t before = 0; before < 8; before++) {
        char bytes[1000], escaped[LOG_ESCAPED_MAX];
        memset(bytes, 'a', before);
        memset(bytes + before, 1, sizeof bytes - before);
        log_escaped((struct slice){bytes, sizeof bytes}, escaped);
        size_t size = strlen(escaped);
        assert_true(size < LOG_ESCAPED_MAX);
        assert_int_equal((size - 3 - before) % 4, 0);
    }
}

/* ------------------------------------------------------------- lines */

static void say_everything(void)
{
    log_error("an %s", "error");
    log_info("some %s", "info");
    log_trace("a %s", "trace");
    log_bytes("peer", '<', "hi\n", 3);
}

static void a_level_says_what_is_written(void **state)
{
    (void)state;
    catcher_begin(&(struct log_options){.level = LOG_ERROR});
    say_everything();
    assert_string_equal(catcher_end(), "an error\n");
    catcher_begin(&(struct log_options){.level = LOG_INFO});
    say_everything();
    assert_string_equal(catcher_end(), "an error\nsome info\n");
    catcher_begin(&(struct log_options){.level = LOG_TRACE});
    say_everything();
    assert_string_equal(catcher_end(), "an error\nsome info\na trace\n");
}

static void bytes_are_shown_in_rows(void **state)
{
    (void)state;
    catcher_begin(&(struct log_options){.level = LOG_TRACE_HEX});
    log_bytes("peer", '<', "0123456789abcdefG\n", 18);
    const char *caught = catcher_end();
    assert_non_null(strstr(caught, "peer < 0000  30 31 32 33"));
    assert_non_null(strstr(caught, "  0123456789abcdef\n"));
    assert_non_null(strstr(caught, "peer < 0010  47 0a "));
    assert_non_null(strstr(caught, "  G.\n"));
}

static void json_is_a_line_an_object(void **state)
{
    (void)state;
    catcher_begin(&(struct log_options){.level = LOG_INFO, .json = true});
    log_info("a \"b\" \\ %c", '\n');
    const char *caught = catcher_end();
    assert_int_equal(strncmp(caught, "{\"time\":", 8), 0);
    assert_non_null(strstr(caught, ",\"level\":\"info\","
                                   "\"text\":\"a \\\"b\\\" \\\\ \\u000a\"}\n"));
}

static void errors_are_red_on_a_terminal(void **state)
{
    (void)state;
    catcher_begin(&(struct log_options){.level = LOG_INFO, .color = true});
    log_error("bad");
    log_info("good");
    assert_string_equal(catcher_end(), "\x1b[31mbad\x1b[0m\ngood\n");
}

static void errno_survives(void **state)
{
    (void)state;
    catcher_begin(&(struct log_options){.level = LOG_INFO});
    close(STDERR_FILENO);
    errno = EMFILE;
    log_error("nobody hears this");
    int after = errno;
    catcher_end();
    assert_int_equal(after, EMFILE);
}

static void a_line_too_long_is_cut(void **state)
{
    char text[4000];
    (void)state;
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    catcher_begin(&(struct log_options){.level = LOG_INFO});
    log_info("%s", text);
    const char *caught = catcher_end();
    assert_true(strlen(caught) > 1000 && strlen(caught) < sizeof text);
    assert_int_equal(caught[strlen(caught) - 1], '\n');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_text_stays_as_it_is),
        cmocka_unit_test(control_characters_are_spelt),
        cmocka_unit_test(a_long_text_is_cut_with_an_ellipsis),
        cmocka_unit_test(a_cut_does_not_split_an_escape),
        cmocka_unit_test(a_level_says_what_is_written),
        cmocka_unit_test(bytes_are_shown_in_rows),
        cmocka_unit_test(json_is_a_line_an_object),
        cmocka_unit_test(errors_are_red_on_a_terminal),
        cmocka_unit_test(errno_survives),
        cmocka_unit_test(a_line_too_long_is_cut),
    };
    return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
