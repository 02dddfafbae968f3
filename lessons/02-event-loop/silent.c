/* silent.c -- some clients that say nothing, and one that asks something.
 *
 *      silent   connect ................................... close
 *      asking            connect  send  send  send  ...  answer?
 *
 *      silent ADDRESS PORT COUNT HOLD_MS
 *
 * When the answer has not come after HOLD_MS, the silent ones close, and it
 * waits on. It prints when the asking one was connected, and when answered.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SILENT_MAX = 1000, ASKED_MAX = 64 };

static int check(int result, const char *what)
{
    if (result != -1)
        return result;
    perror(what);
    exit(1);
}

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int connect_to(const char *address, const char *port)
{
    int on = 1;
    struct sockaddr_in in = {.sin_family = AF_INET,
                             .sin_port = htons((in_port_t)atoi(port))};
    inet_pton(AF_INET, address, &in.sin_addr);
    int fd = check(socket(AF_INET, SOCK_STREAM, 0), "socket");
    /* three small sends go at once, and none waits for the one before it */
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    check(connect(fd, (struct sockaddr *)&in, sizeof in), "connect");
    return fd;
}

/* Three sends; returns how many bytes they were. */
static size_t ask(int fd)
{
    static const char *const lines[] = {"one\n", "two\n", "three\n"};
    size_t size = 0;
    for (int i = 0; i < 3; i++) {
        check((int)send(fd, lines[i], strlen(lines[i]), 0), "send");
        size += strlen(lines[i]);
    }
    return size;
}

static bool has_come(int fd, int within_ms)
{
    struct pollfd waited = {.fd = fd, .events = POLLIN};
    return check(poll(&waited, 1, within_ms), "poll") == 1;
}

static void read_all(int fd, size_t size)
{
    char bytes[ASKED_MAX];
    for (size_t got = 0; got < size;)
        got += (size_t)check((int)recv(fd, bytes, size - got, 0), "recv");
}

int main(int argc, char **argv)
{
    int silent[SILENT_MAX];
    int count = argc == 5 ? atoi(argv[3]) : -1;
    if (count < 0 || count > SILENT_MAX) {
        fprintf(stderr, "usage: silent ADDRESS PORT COUNT HOLD_MS\n");
        return 2;
    }
    for (int i = 0; i < count; i++)
        silent[i] = connect_to(argv[1], argv[2]);
    double begin = now_ms();
    int fd = connect_to(argv[1], argv[2]);
    double connected = now_ms();
    size_t size = ask(fd);
    bool is_beside = has_come(fd, atoi(argv[4]));
    for (int i = 0; i < count && !is_beside; i++)
        close(silent[i]);
    read_all(fd, size);
    printf("connected after %.2f ms, answered after %.2f ms, %s\n",
           connected - begin, now_ms() - begin,
           is_beside ? "beside the silent" : "when the silent had gone");
}
