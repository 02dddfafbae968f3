/* expect: Sec-WebSocket-Key: MTIzNDU2Nzg5MDEyMzQ1Njc= */

static bool is_key(const char *key)
{
    return key != NULL && strlen(key) == KEY_LENGTH;
}
