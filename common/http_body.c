#include "common/http_body.h"

static enum http_body_result refuse(struct http_body *body, int status,
                                    const char *why)
{
    body->status = status;
    body->why = why;
    return HTTP_BODY_BAD;
}

/* Take what is there, but `most` bytes at most. */
static enum http_body_result take(struct buf *in, uint64_t most,
                                  struct slice *piece)
{
    if (buf_size(in) == 0)
        return HTTP_BODY_NEED_MORE;
    struct slice bytes = buf_slice(in);
    if (bytes.size > most)
        bytes.size = (size_t)most;
    buf_consume(in, bytes.size);
    *piece = bytes;
    return HTTP_BODY_PIECE;
}

static enum http_body_result next_of_length(struct http_body *body,
                                            struct buf *in, struct slice *piece)
{
    if (body->max > 0 && body->left > body->max - body->taken)
        return refuse(body, 413, "a body over the limit");
    if (body->left == 0)
        return HTTP_BODY_END;
    enum http_body_result result = take(in, body->left, piece);
    if (result == HTTP_BODY_PIECE)
        body->left -= piece->size;
    return result;
}

static enum http_body_result next_of_chunks(struct http_body *body,
                                            struct buf *in, struct slice *piece)
{
    switch (chunked_next(&body->chunked, in, piece)) {
    case CHUNKED_NEED_MORE: return HTTP_BODY_NEED_MORE;
    case CHUNKED_PIECE: return HTTP_BODY_PIECE;
    case CHUNKED_END: return HTTP_BODY_END;
    case CHUNKED_BAD: return refuse(body, 400, "a malformed chunk");
    case CHUNKED_TOO_BIG: break;
    }
    return refuse(body, 413, "a chunk, or what is around it, over the limit");
}

static enum http_body_result
next_of_framing(struct http_body *body, struct buf *in, struct slice *piece)
{
    switch (body->framing) {
    case HTTP_NO_BODY: return HTTP_BODY_END;
    case HTTP_LENGTH: return next_of_length(body, in, piece);
    case HTTP_CHUNKED: return next_of_chunks(body, in, piece);
    case HTTP_UNTIL_CLOSE: break;
    }
    return take(in, UINT64_MAX, piece);
}

enum http_body_result http_body_next(struct http_body *body, struct buf *in,
                                     struct slice *piece)
{
    if (body->status != 0)
        return HTTP_BODY_BAD;
    enum http_body_result result = next_of_framing(body, in, piece);
    if (result != HTTP_BODY_PIECE)
        return result;
    if (body->max > 0 && piece->size > body->max - body->taken)
        return refuse(body, 413, "a body over the limit");
    body->taken += (uint32_t)piece->size;
    return HTTP_BODY_PIECE;
}

bool http_body_may_end_here(const struct http_body *body)
{
    switch (body->framing) {
    case HTTP_NO_BODY: break;
    case HTTP_LENGTH: return body->left == 0;
    case HTTP_CHUNKED: return body->chunked.state == CHUNKED_ENDED;
    case HTTP_UNTIL_CLOSE: break;
    }
    return true;
}
