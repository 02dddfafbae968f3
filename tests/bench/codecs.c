/* codecs.c -- masking and UTF-8 checking beside the obvious loops. */
#include "tests/bench/bench.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/utf8.h"
#include "common/websocket.h"
#include "tests/bench/compare.h"
#include "tests/bench/wire.h"

enum {
    SIZE_MAX_BYTES = 64 * 1024,
    BYTES_PER_SLICE = 8 * 1024 * 1024, /* some milliseconds */
};

/* Where a text stands that is well-formed so far (RFC 3629, 4). */
enum place {
    BETWEEN, /* two characters */
    BAD,     /* not well-formed: no way back */
    NEEDS_1, /* one more byte, 80 to BF */
    NEEDS_2,
    NEEDS_3,
    AFTER_E0, /* the second byte has a range of its own after these */
    AFTER_ED,
    AFTER_F0,
    AFTER_F4,
    PLACES,
};

struct automaton {
    uint8_t next[PLACES][256];
};

/* What is measured: it works on `bytes` and may change them. */
struct codec {
    const char *name;
    void (*run)(uint8_t *bytes, size_t size);
};

/* What the codecs work on, and where memcpy(3) copies it to. Some processors
 * copy slowly between places that are almost the same in two pages; the gap
 * prevents that. */
static _Alignas(4096) struct {
    uint8_t bytes[SIZE_MAX_BYTES];
    uint8_t gap[2048];
    uint8_t copied[SIZE_MAX_BYTES];
} memory;

static struct automaton automaton; /* built once, then only read */
static volatile bool all_valid;    /* so that no check can be left out */

static void allow(enum place place, int from, int to, enum place next)
{
    for (int byte = from; byte <= to; byte++)
        automaton.next[place][byte] = (uint8_t)next;
}

static void build_automaton(void)
{
    memset(&automaton, BAD, sizeof automaton);
    allow(BETWEEN, 0x00, 0x7f, BETWEEN);
    allow(BETWEEN, 0xc2, 0xdf, NEEDS_1);
    allow(BETWEEN, 0xe1, 0xef, NEEDS_2);
    allow(BETWEEN, 0xe0, 0xe0, AFTER_E0);
    allow(BETWEEN, 0xed, 0xed, AFTER_ED);
    allow(BETWEEN, 0xf1, 0xf3, NEEDS_3);
    allow(BETWEEN, 0xf0, 0xf0, AFTER_F0);
    allow(BETWEEN, 0xf4, 0xf4, AFTER_F4);
    allow(NEEDS_1, 0x80, 0xbf, BETWEEN);
    allow(NEEDS_2, 0x80, 0xbf, NEEDS_1);
    allow(NEEDS_3, 0x80, 0xbf, NEEDS_2);
    allow(AFTER_E0, 0xa0, 0xbf, NEEDS_1);
    allow(AFTER_ED, 0x80, 0x9f, NEEDS_1);
    allow(AFTER_F0, 0x90, 0xbf, NEEDS_2);
    allow(AFTER_F4, 0x80, 0x8f, NEEDS_2);
}

static void check_by_bytes(uint8_t *bytes, size_t size)
{
    unsigned place = BETWEEN;
    for (size_t i = 0; i < size; i++)
        place = automaton.next[place][bytes[i]];
    all_valid = place == BETWEEN;
}

static void check_ours(uint8_t *bytes, size_t size)
{
    all_valid = utf8_is_valid(bytes, size);
}

static void mask_by_bytes(uint8_t *bytes, size_t size)
{
    static const uint8_t key[4] = {0x37, 0xfa, 0x21, 0x3d};
    for (size_t i = 0; i < size; i++)
        bytes[i] ^= key[i % 4];
}

static void mask_ours(uint8_t *bytes, size_t size)
{
    static const uint8_t key[4] = {0x37, 0xfa, 0x21, 0x3d};
    ws_mask(bytes, size, key, 0);
}

static void copy(uint8_t *bytes, size_t size)
{
    static void *(*volatile copy_bytes)(void *, const void *, size_t) = memcpy;
    copy_bytes(memory.copied, bytes,
               size); /* volatile: it is not optimized away */
}

static double gigabytes_per_second(const struct codec *codec, size_t size)
{
    uint64_t began = now_ns();
    for (size_t done = 0; done < BYTES_PER_SLICE; done += size)
        codec->run(memory.bytes, size);
    return BYTES_PER_SLICE / (double)(now_ns() - began);
}

/* Measure memcpy(3), the loop and ours in turns, and print the medians. */
static void codec_row(int rounds, const struct codec *loop,
                      const struct codec *ours, struct buf *text)
{
    static const struct codec copying = {"memcpy", copy};
    const struct codec *const codecs[] = {&copying, loop, ours};
    double speeds[3][ROUNDS_MAX], medians[3];
    size_t size = buf_size(text);
    memcpy(memory.bytes, buf_head(text), size);
    for (int round = 0; round < rounds; round++)
        for (int i = 0; i < 3; i++)
            speeds[i][round] = gigabytes_per_second(codecs[i], size);
    for (int i = 0; i < 3; i++)
        medians[i] = quartiles_of(speeds[i], (size_t)rounds).median;
    printf("  %-31s %2zu KiB %9.2f %9.2f %9.2f %11.1f %11.2f\n", ours->name,
           size / 1024, medians[0], medians[1], medians[2],
           medians[2] / medians[1], medians[2] / medians[0]);
    fflush(stdout);
}

void bench_codecs(const struct options *options)
{
    static const struct codec mask_loop = {"", mask_by_bytes};
    static const struct codec check_loop = {"", check_by_bytes};
    static const struct codec mask = {"masking", mask_ours};
    static const struct codec ascii = {"checking ASCII", check_ours};
    static const struct codec mixed = {"checking 1 to 4 byte characters",
                                       check_ours};
    static const size_t sizes[] = {1024, SIZE_MAX_BYTES};
    build_automaton();
    printf("\nMasking and UTF-8 checking\n  %-37s %9s %9s %9s %11s %11s\n",
           "GB/s: more is better", "memcpy", "bytewise", "ours", "ours/bytew.",
           "ours/memcpy");
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct buf plain = {0}, characters = {0};
        append_text(&plain, ASCII, sizes[i]);
        append_text(&characters, MIXED, sizes[i]);
        codec_row(options->rounds, &check_loop, &ascii, &plain);
        codec_row(options->rounds, &check_loop, &mixed, &characters);
        codec_row(options->rounds, &mask_loop, &mask, &plain);
        buf_free(&plain);
        buf_free(&characters);
    }
}
