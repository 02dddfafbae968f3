/* chunked.h -- a body of unknown size, chunk by chunk (RFC 9112, 7.1).
 *
 * Each chunk says its size in hexadecimal, on a line of its own. One of size 0
 * is the last, and a trailer section, mostly empty, ends the body:
 *
 *      5 CRLF  hello CRLF   7;why=not CRLF  , chunk CRLF   0 CRLF  CRLF
 *      |size   |data        |size, extension               |last   |trailers
 *
 * Chunks are not messages: anyone on the way may cut them anew. So the decoder
 * hands out bytes as soon as they are there and does not say where a chunk
 * began.
 *
 * It is strict: what two parsers could read differently, as a line that ends in
 * a bare LF, lets a request hide inside another one (11.2).
 */
#ifndef COMMON_CHUNKED_H
#define COMMON_CHUNKED_H

#include <stdint.h>

#include "common/buf.h"
#include "common/slice.h"

enum {
    CHUNK_SIZE_MAX = 0x7fffffff, /* bytes; 7.1 asks for a bound, and sizes have
                                    32 bits here */
};

/* Append `piece` as a chunk. Nothing is appended for an empty one, as a chunk
 * of size 0 would end the body. */
void chunked_append(struct buf *out, struct slice piece);

/* Append the size line of a chunk only: the caller appends its `size` bytes,
 * from 1 to CHUNK_SIZE_MAX, and the CRLF behind them. */
void chunked_append_size(struct buf *out, size_t size);

/* Append the last chunk and an empty trailer section. */
void chunked_end(struct buf *out);

/*  SIZE --size line--> DATA --last byte--> DATA_END --CRLF--> SIZE
 *    \--size is 0--> TRAILERS --empty line--> ENDED */
enum chunked_state {
    CHUNKED_IN_SIZE,
    CHUNKED_IN_DATA,
    CHUNKED_IN_DATA_END,
    CHUNKED_IN_TRAILERS,
    CHUNKED_ENDED,
};

/* The decoder. A zeroed one is at the beginning of a body; nothing to free. */
struct chunked {
    enum chunked_state state;
    uint32_t left;     /* bytes of the chunk's data that were not handed out */
    uint32_t scanned;  /* bytes of an incomplete line, without a LF in them */
    uint32_t trailers; /* bytes of the trailer section that were read */
};

enum chunked_result {
    CHUNKED_NEED_MORE, /* call again when more bytes arrived */
    CHUNKED_PIECE,     /* some bytes of the body, at least one */
    CHUNKED_END,       /* the body is complete; the rest of `in` follows it */
    CHUNKED_BAD,       /* not chunked: 400, or a weird reply; hang up */
    CHUNKED_TOO_BIG,   /* chunk, size line or trailers over a bound; hang up */
};

/* Take the next piece of the body out of `in` (7.1.3). `piece` is written only
 * for CHUNKED_PIECE and is borrowed: good until the next call or append to
 * `in`. Extensions and trailers are checked and discarded (7.1.1, 7.1.2), and
 * bounded by CHUNK_LINE_MAX and TRAILER_MAX (common/limits.h). The last three
 * results are final: calling again returns the same. */
enum chunked_result chunked_next(struct chunked *chunked, struct buf *in,
                                 struct slice *piece);

#endif
