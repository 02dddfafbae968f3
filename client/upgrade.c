#include "client/upgrade.h"

#include "common/limits.h"
#include "common/net.h"

void upgrade_ask(struct client *client, struct slice target,
                 const char *const *subprotocols, char key[WS_KEY_SIZE])
{
    uint8_t nonce[WS_NONCE_SIZE];
    net_random(nonce, sizeof nonce);
    ws_make_key(nonce, key);
    client_begin(client, "GET", target);
    client->is_upgrade = true;
    ws_append_request_fields(&client->request, key, subprotocols);
    client_send(client, (struct slice){0}, ANSWER_MS);
}

const char *upgrade_judge(const struct http_response *response,
                          const char *const *subprotocols, const char *key)
{
    static const char *const names[] = {
        "Upgrade", "Connection", "Sec-WebSocket-Accept",
        "Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions"};
    enum { COUNT = sizeof names / sizeof *names };
    struct buf joined[COUNT] = {{0}};
    struct slice value[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        value[i] = http_field_joined(&response->head, names[i], &joined[i]);
    const char *why = ws_judge_response(
        &(struct ws_response){response->status, value[0], value[1], value[2],
                              value[3], value[4]},
        key, subprotocols);
    for (size_t i = 0; i < COUNT; i++)
        buf_free(&joined[i]);
    return why;
}
