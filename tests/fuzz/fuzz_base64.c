/* Bytes come back from their text; a text that is accepted is the only one
 * of its bytes. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base64.h"

static void encode_and_decode(const uint8_t *bytes, size_t size)
{
    size_t decoded_size = 0;
    char *text = malloc(BASE64_SIZE(size));
    uint8_t *decoded = malloc(BASE64_DECODED_SIZE(BASE64_SIZE(size)));
    base64_encode(bytes, size, text);
    assert(strlen(text) + 1 == BASE64_SIZE(size));
    assert(base64_decode(slice_of(text), decoded, &decoded_size));
    assert(decoded_size == size);
    assert(size == 0 || memcmp(decoded, bytes, size) == 0);
    free(decoded);
    free(text);
}

static void decode_and_encode(struct slice text)
{
    size_t size = 0;
    uint8_t *decoded = malloc(BASE64_DECODED_SIZE(text.size));
    if (base64_decode(text, decoded, &size)) {
        char *encoded = malloc(BASE64_SIZE(size));
        base64_encode(decoded, size, encoded);
        assert(slice_is(text, encoded));
        free(encoded);
    }
    free(decoded);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    encode_and_decode(bytes, size);
    decode_and_encode((struct slice){(const char *)bytes, size});
    return 0;
}
