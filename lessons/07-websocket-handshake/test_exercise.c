/* test_exercise.c -- is a handshake made and judged as exercise.h describes? */
#include <stdint.h>
#include <string.h>

#include "common/websocket_handshake.h"
#include "lessons/07-websocket-handshake/exercise.h"
#include "lessons/kit/grade.h"

static const char rfc_key[] = "dGhlIHNhbXBsZSBub25jZQ==";

/* ------------------------------------------------------ the key */

static void expect_accept(const char *key, const char *expected)
{
    char accept[ACCEPT_SIZE + 100] = "";
    accept_of(key, accept);
    expect_written(accept[0] != '\0', "accept_of()");
    if (strcmp(accept, expected) != 0)
        story("Sec-WebSocket-Key: %s", key);
    expect_text("Sec-WebSocket-Accept", slice_of(accept), expected);
}

static void the_key_of_the_rfc(void)
{
    expect_accept(rfc_key, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

static void a_hundred_keys(void)
{
    uint8_t nonce[WS_NONCE_SIZE];
    char key[WS_KEY_SIZE], accept[WS_ACCEPT_SIZE];
    for (unsigned i = 0; i < 100; i++) {
        for (unsigned j = 0; j < sizeof nonce; j++)
            nonce[j] = (uint8_t)(i * 89 + j * (i + 31));
        ws_make_key(nonce, key);
        ws_accept_key(slice_of(key), accept);
        expect_accept(key, accept);
    }
}

/* ------------------------------------------------------ the server */

static struct handshake good(void)
{
    return (struct handshake){
        .method = "GET",
        .minor = 1,
        .upgrade = "websocket",
        .connection = "Upgrade",
        .key = rfc_key,
        .version = "13",
        .host = "localhost:8080",
    };
}

static void tell(const char *name, const char *value)
{
    if (value != NULL)
        story("%s: %s", name, value);
    else
        story("(no %s)", name);
}

static void tell_all(const struct handshake *handshake)
{
    story("%s / HTTP/1.%d", handshake->method, handshake->minor);
    tell("Host", handshake->host);
    tell("Upgrade", handshake->upgrade);
    tell("Connection", handshake->connection);
    tell("Sec-WebSocket-Key", handshake->key);
    tell("Sec-WebSocket-Version", handshake->version);
    tell("Origin", handshake->origin);
}

/* Those that are judged right are not told. */
static void expect_status(const struct handshake *handshake, int expected)
{
    int status = judge_handshake(handshake);
    expect_written(status != 0, "judge_handshake()");
    if (status != expected)
        tell_all(handshake);
    expect_number("the status", status, expected);
}

static void a_proper_one_is_upgraded(void)
{
    struct handshake handshake = good();
    expect_status(&handshake, 101);
    handshake.upgrade = "WebSocket";
    handshake.connection = "keep-alive, Upgrade";
    expect_status(&handshake, 101);
    handshake.upgrade = "h2c,websocket";
    handshake.connection = "upgrade ,\tclose";
    expect_status(&handshake, 101);
}

/* One fault each. */
static void bad_wishes_are_refused(void)
{
    static const char *const upgrades[] = {NULL, "", "h2c", "websockets",
                                           "web socket"};
    static const char *const connections[] = {NULL, "keep-alive", "no-upgrade",
                                              "upgraded"};
    for (size_t i = 0; i < sizeof upgrades / sizeof *upgrades; i++) {
        struct handshake bad = good();
        bad.upgrade = upgrades[i];
        expect_status(&bad, 426);
    }
    for (size_t i = 0; i < sizeof connections / sizeof *connections; i++) {
        struct handshake bad = good();
        bad.connection = connections[i];
        expect_status(&bad, 426);
    }
}

static void bad_ones_are_refused(void)
{
    static const char *const versions[] = {NULL, "8", "130", "1", "13, 8"};
    struct handshake bad = good();
    bad.method = "POST";
    expect_status(&bad, 405);
    bad.method = "get"; /* a method has a case (RFC 9110, 9.1) */
    expect_status(&bad, 405);
    bad = good();
    bad.minor = 0;
    expect_status(&bad, 400);
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        bad = good();
        bad.version = versions[i];
        expect_status(&bad, 426);
    }
    bad_wishes_are_refused();
}

static void keys_are_sixteen_bytes(void)
{
    static const char *const keys[] = {
        NULL,
        "",
        "x",
        "MTIzNDU2Nzg5MDEyMzQ1",        /* 15 bytes */
        "MTIzNDU2Nzg5MDEyMzQ1Njc=",    /* 17 bytes */
        "MTIzNDU2Nzg5MDEyMzQ1Njc4",    /* 18 bytes, and 24 characters */
        "not-base-64-but-24-chars",    /* - is not in the alphabet */
        "dGhlIHNhbXBsZSBub25jZQ",      /* padding is missing */
        "dGhlIHNhbXBsZSBub25jZQ==, x", /* two of them */
        "dGhlIHNhbXBsZSBub25jZSBhbmQgbW9yZSBhbmQgbW9yZSBhbmQgbW9yZQ==",
    };
    struct handshake handshake = good();
    expect_status(&handshake, 101);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        handshake.key = keys[i];
        expect_status(&handshake, 400);
    }
}

static void the_first_fault_counts(void)
{
    struct handshake handshake = {.method = "POST", .minor = 0};
    expect_status(&handshake, 405);
    handshake.method = "GET";
    expect_status(&handshake, 400);
    handshake.minor = 1;
    expect_status(&handshake, 426);
    handshake = good();
    handshake.origin = "https://evil.example";
    handshake.key = "x";
    expect_status(&handshake, 400);
}

static void other_origins_are_forbidden(void)
{
    struct handshake handshake = good();
    static const char *const own[] = {
        NULL, "http://localhost:8080", "https://localhost:8080",
        "http://LOCALHOST:8080", "HTTPS://localhost:8080"};
    static const char *const others[] = {"https://evil.example",
                                         "http://localhost:8081",
                                         "http://localhost",
                                         "http://localhost:8080.evil.example",
                                         "http://evil-localhost:8080",
                                         "null",
                                         "ftp://localhost:8080",
                                         "http:/localhost:8080",
                                         "evil://http://localhost:8080",
                                         "localhost:8080",
                                         ""};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        handshake.origin = own[i];
        expect_status(&handshake, 101);
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        handshake.origin = others[i];
        expect_status(&handshake, 403);
    }
    handshake.origin = own[1];
    handshake.host = NULL;
    expect_status(&handshake, 403);
}

/* ------------------------------------------------------ the client */

static struct agreement good_answer(void)
{
    return (struct agreement){101, "websocket", "Upgrade",
                              "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="};
}

static void expect_agreed(struct agreement answer, bool expected)
{
    bool is_so = is_agreed(&answer, rfc_key);
    if (is_so == expected)
        return;
    story("HTTP/1.1 %d", answer.status);
    tell("Upgrade", answer.upgrade);
    tell("Connection", answer.connection);
    tell("Sec-WebSocket-Accept", answer.accept);
    lose("this is %s, and it was taken for the contrary",
         expected ? "agreed" : "not agreed");
}

static void the_client_looks_twice(void)
{
    struct agreement answer = good_answer();
    story("our key is %s", rfc_key);
    if (!is_agreed(&answer, rfc_key)) {
        expect_accept(rfc_key, answer.accept);
        expect_written(false, "is_agreed()");
    }
    answer.upgrade = "WebSocket";
    answer.connection = "keep-alive, upgrade";
    expect_agreed(answer, true);
    answer.status = 200;
    expect_agreed(answer, false);
    answer.status = 100;
    expect_agreed(answer, false);
    answer = good_answer();
    answer.upgrade = "h2c";
    expect_agreed(answer, false);
    answer = good_answer();
    answer.upgrade = NULL;
    expect_agreed(answer, false);
    answer = good_answer();
    answer.connection = "close";
    expect_agreed(answer, false);
    answer.connection = NULL;
    expect_agreed(answer, false);
    static const char *const accepts[] = {NULL,
                                          "",
                                          rfc_key,
                                          "s3pplmbitxaq9kygzzhzrbk+xoo=",
                                          "s3pPLMBiTxaQ9kYGzzhZRbK+xOo",
                                          "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=="};
    for (size_t i = 0; i < sizeof accepts / sizeof *accepts; i++) {
        answer = good_answer();
        answer.accept = accepts[i];
        expect_agreed(answer, false);
    }
}

static const struct graded_test tests[] = {
    {"the key of RFC 6455 has the accept of RFC 6455",
     20,
     the_key_of_the_rfc,
     {"what exactly is hashed: which characters, and how many?",
      "the 24 characters of the key as they came, then the 36 of the GUID, no "
      "NUL",
      "sha1(text, 60, digest); base64_encode(digest, SHA1_SIZE, accept);"},
     "build/lessons/07-websocket-handshake/accept dGhlIHNhbXBsZSBub25jZQ=="},
    {"any other key has its own",
     10,
     a_hundred_keys,
     {"is there a byte in the digest that ends a string?",
      "a digest is 20 bytes, and some of them may be 0",
      "never strlen() a digest: its size is SHA1_SIZE"},
     "build/lessons/07-websocket-handshake/accept AAAAAAAAAAAAAAAAAAAAAA=="},
    {"a proper handshake is upgraded, as browsers spell it",
     15,
     a_proper_one_is_upgraded,
     {"what does Firefox send as Connection?",
      "both are lists with commas and blanks, and case does not count",
      "take element by element, and compare each with strcasecmp()"},
     NULL},
    {"a handshake with one fault gets the status for it",
     15,
     bad_ones_are_refused,
     {"is the word in the text, or is it an element of the list?",
      "websockets is not websocket; a field may be missing: NULL",
      "strstr() finds too much: compare sizes, too"},
     "curl -i -H 'Connection: Upgrade' -H 'Upgrade: websocket' "
     "http://127.0.0.1:8080/echo"},
    {"a key that is not 16 bytes in base64 is refused",
     10,
     keys_are_sixteen_bytes,
     {"how many characters are 16 bytes, and how many other bytes are as many?",
      "24 characters may be 16, 17 or 18 bytes: decode it to see",
      "strlen(key) == 24 && base64_decode(...) && size == 16"},
     NULL},
    {"of several faults the first counts",
     5,
     the_first_fault_counts,
     {"in which order does exercise.h name them?",
      "method, version of HTTP, the wish, the key, the origin",
      "one if for each, in that order"},
     NULL},
    {"a page of another origin is forbidden",
     15,
     other_origins_are_forbidden,
     {"who sends Origin, and who can choose what it says?",
      "what is behind :// is compared with Host, all of it",
      "strcasecmp(strstr(origin, \"://\") + 3, host) == 0, if there is one"},
     "build/client websocket ws://127.0.0.1:8080 -H 'Origin: "
     "https://evil.example'"},
    {"the client believes only the answer to its own key",
     10,
     the_client_looks_twice,
     {"what could a cache answer that has seen another handshake?",
      "a 101 alone says little: all four have to be right",
      "accept_of(key, accept) and strcmp(), with its case"},
     NULL},
    {0},
};

int main(void)
{
    return grade("07-websocket-handshake", tests);
}
