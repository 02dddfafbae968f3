/* test_exercise.c -- are these the sockets that exercise.h describes? */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/net.h"
#include "lessons/01-sockets/exercise.h"
#include "lessons/kit/grade.h"

enum { LARGE_SIZE = 300000, SMALL_BUFFER = 4096, PORT_SIZE = 8 };

/* ------------------------------------------------------ with a story */

static const char *port_text(int fd, char text[PORT_SIZE])
{
    snprintf(text, PORT_SIZE, "%u", (unsigned)(uint16_t)net_port(fd));
    return text;
}

static int do_listen(const char *address, const char *port)
{
    int fd = listen_on(address, port);
    int error = errno;
    expect_written(fd != NOT_WRITTEN, "listen_on()");
    story("listen_on(\"%s\", %s) returns %s", address,
          port[0] == '0' ? "\"0\"" : "the same port",
          fd == -1 ? strerror(error) : "a descriptor");
    errno = error;
    return fd;
}

static int do_connect(const char *host, const char *port)
{
    int fd = connect_to(host, port);
    int error = errno;
    expect_written(fd != NOT_WRITTEN, "connect_to()");
    story("connect_to(%s, its port) returns %s", host ? "its address" : "NULL",
          fd == -1 ? strerror(error) : "a descriptor");
    errno = error;
    return fd;
}

/* A listener that the exercise has no part in. */
static int listener_at(const char *address, char port[PORT_SIZE])
{
    const char *why = "";
    int fd = net_listen(address, "0", &why);
    if (fd == -1)
        return -1;
    fcntl(fd, F_SETFL, 0); /* blocks */
    port_text(fd, port);
    story("somebody listens at %s", address);
    return fd;
}

static bool has_ipv6(void)
{
    const char *why = "";
    int fd = net_listen("::1", "0", &why);
    if (fd != -1)
        close(fd);
    return fd != -1;
}

/* The lowest descriptor that is free. */
static int free_descriptor(void)
{
    int fd = dup(0);
    close(fd);
    return fd;
}

static void expect_bytes_pass(int from, int to)
{
    char bytes[8] = {0};
    expect_number("bytes that the connection takes", send(from, "hello", 5, 0),
                  5);
    ssize_t got = recv(to, bytes, sizeof bytes, 0);
    expect_bytes("what comes out at the other end",
                 (struct slice){bytes, got > 0 ? (size_t)got : 0},
                 slice_of("hello"));
}

/* ------------------------------------------------------ listening */

static void it_listens(void)
{
    int is_listening = 0;
    socklen_t size = sizeof is_listening;
    int fd = do_listen("127.0.0.1", "0");
    expect_true(fd >= 0, "it returns a descriptor");
    getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, &size);
    expect_true(is_listening != 0, "the socket listens");
    expect_true(net_port(fd) != 0, "the kernel gave it a port");
    struct sockaddr_in address = {0};
    size = sizeof address;
    getsockname(fd, (struct sockaddr *)&address, &size);
    expect_true(address.sin_family == AF_INET, "its address is of IPv4");
    expect_true(ntohl(address.sin_addr.s_addr) == INADDR_LOOPBACK,
                "it is heard at the address that was asked for, and at no "
                "other");
    close(fd);
}

/* The side that closes first remembers the connection for a minute (TIME_WAIT);
 * here it is the server's. */
static void it_listens_again(void)
{
    char port[PORT_SIZE];
    struct net_peer peer;
    const char *why = "";
    int listener = do_listen("127.0.0.1", "0");
    expect_true(listener >= 0, "it returns a descriptor");
    struct addrinfo *address =
        net_resolve("127.0.0.1", port_text(listener, port), &why);
    int client = net_connect(address, &peer);
    freeaddrinfo(address);
    int accepted = accept(listener, NULL, NULL);
    story("a client connects; the server closes its connection, then the "
          "client, then the server stops listening");
    char byte;
    shutdown(accepted, SHUT_WR);
    fcntl(client, F_SETFL, 0);
    recv(client, &byte, 1, 0);
    close(client);
    recv(accepted, &byte, 1, 0);
    close(accepted);
    close(listener);
    listener = do_listen("127.0.0.1", port);
    expect_true(listener >= 0, "the server can start again at once");
    close(listener);
}

static void it_listens_by_ipv6(void)
{
    if (!has_ipv6()) {
        story("this machine has no IPv6");
        expect_written(listen_on("127.0.0.1", "0") != NOT_WRITTEN,
                       "listen_on()");
        return;
    }
    struct sockaddr_storage address = {0};
    socklen_t size = sizeof address;
    int fd = do_listen("::1", "0");
    expect_true(fd >= 0, "it returns a descriptor");
    getsockname(fd, (struct sockaddr *)&address, &size);
    expect_true(address.ss_family == AF_INET6, "its address is of IPv6");
    close(fd);
}

/* ------------------------------------------------------ connecting */

static void it_connects(void)
{
    char port[PORT_SIZE];
    int listener = listener_at("127.0.0.1", port);
    int client = do_connect("127.0.0.1", port);
    expect_true(client >= 0, "it returns a descriptor");
    int accepted = accept(listener, NULL, NULL);
    expect_bytes_pass(client, accepted);
    expect_bytes_pass(accepted, client);
    close(accepted);
    close(client);
    close(listener);
}

/* A listener, and the address that it has. */
static int listener_of(struct sockaddr_in *address, struct addrinfo *info)
{
    char port[PORT_SIZE];
    socklen_t size = sizeof *address;
    int listener = listener_at("127.0.0.1", port);
    getsockname(listener, (struct sockaddr *)address, &size);
    *info = (struct addrinfo){.ai_family = AF_INET,
                              .ai_socktype = SOCK_STREAM,
                              .ai_addr = (struct sockaddr *)address,
                              .ai_addrlen = size};
    return listener;
}

/* Somebody listens at the last address only. */
static void it_tries_the_last_of(int count)
{
    struct sockaddr_in addresses[3] = {0};
    struct addrinfo infos[3];
    int listeners[3];
    for (int i = 0; i < count; i++) {
        listeners[i] = listener_of(&addresses[i], &infos[i]);
        if (i > 0)
            infos[i - 1].ai_next = &infos[i];
    }
    int listener = listeners[count - 1];
    story("all but the last one stop listening");
    for (int i = 0; i < count - 1; i++)
        close(listeners[i]);
    int client = connect_first(infos);
    expect_written(client != NOT_WRITTEN, "connect_first()");
    story("connect_first(these %d addresses) returns %s", count,
          client == -1 ? strerror(errno) : "a descriptor");
    expect_true(client >= 0, "it tries the next address");
    int accepted = accept(listener, NULL, NULL);
    expect_bytes_pass(client, accepted);
    close(accepted);
    close(client);
    close(listener);
}

static void it_tries_all_names_of(const char *address)
{
    char port[PORT_SIZE];
    int listener = listener_at(address, port);
    if (listener == -1)
        return; /* there is no IPv6 here */
    story("this machine is called ::1 and 127.0.0.1, and at the other one "
          "nobody listens");
    int client = do_connect(NULL, port);
    expect_true(client >= 0, "it tries the next address");
    int accepted = accept(listener, NULL, NULL);
    expect_bytes_pass(client, accepted);
    close(accepted);
    close(client);
    close(listener);
}

static void it_tries_every_address(void)
{
    it_tries_the_last_of(2);
    it_tries_the_last_of(3);
    it_tries_all_names_of("127.0.0.1");
    it_tries_all_names_of("::1");
}

/* ------------------------------------------------------ failing */

static void failing_leaves_nothing_open(void)
{
    char port[PORT_SIZE];
    int listener = listener_at("127.0.0.1", port);
    int before = free_descriptor();
    story("the port is taken");
    int fd = do_listen("127.0.0.1", port);
    expect_number("the result of listening there too", fd, -1);
    expect_true(errno == EADDRINUSE, "errno is EADDRINUSE");
    expect_number("the lowest free descriptor, which was free before",
                  free_descriptor(), before);
    close(listener);
    listener = do_listen("127.0.0.1", "0");
    expect_number("the result of listening twice at the same port",
                  do_listen("127.0.0.1", port_text(listener, port)), -1);
    expect_true(errno == EADDRINUSE, "errno is EADDRINUSE");
    close(listener);
    story("then its listener is closed");
    before = free_descriptor();
    fd = do_connect("127.0.0.1", port);
    expect_number("the result of connecting", fd, -1);
    expect_true(errno == ECONNREFUSED, "errno is ECONNREFUSED");
    expect_number("the lowest free descriptor, which was free before",
                  free_descriptor(), before);
    expect_number("the result for a port that is no number",
                  do_listen("127.0.0.1", "no-such-port"), -1);
    expect_true(errno == EINVAL, "errno is EINVAL");
}

/* ------------------------------------------------------ sending */

struct sum {
    size_t size;
    uint32_t value; /* of the bytes and their order */
};

static void add(struct sum *sum, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        sum->value = sum->value * 31 + (unsigned char)bytes[i];
    sum->size += size;
}

/* Read to the end in another process, a little at a time; then tell the sum. */
static _Noreturn void be_the_reader(int fd, int result)
{
    struct sum sum = {0};
    char bytes[1000];
    ssize_t got;
    while ((got = read(fd, bytes, sizeof bytes)) > 0)
        add(&sum, bytes, (size_t)got);
    if (write(result, &sum, sizeof sum) != sizeof sum)
        _exit(1);
    _exit(0);
}

static struct sum send_to_a_reader(struct slice bytes, int flags)
{
    int pair[2], result[2], small = SMALL_BUFFER;
    struct sum sum = {0};
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0 || pipe(result) != 0)
        lose("no sockets to try it with: %s", strerror(errno));
    setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    fcntl(pair[0], F_SETFL, flags);
    pid_t pid = fork();
    if (pid == 0) {
        close(pair[0]);
        be_the_reader(pair[1], result[1]);
    }
    close(pair[1]);
    int returned = send_all(pair[0], bytes);
    close(pair[0]);
    expect_written(returned != NOT_WRITTEN, "send_all()");
    expect_number("what send_all() returns", returned, 0);
    expect_number("bytes of the reader's report",
                  read(result[0], &sum, sizeof sum), sizeof sum);
    waitpid(pid, NULL, 0);
    return sum;
}

static void expect_all_is_sent(int flags, const char *how)
{
    char *bytes = allocate(LARGE_SIZE);
    struct sum right = {0};
    for (size_t i = 0; i < LARGE_SIZE; i++)
        bytes[i] = (char)(i * 7 + i / 251);
    add(&right, bytes, LARGE_SIZE);
    story("%d bytes to send through a %s socket with room for a few "
          "thousand, to a reader that reads 1000 at a time",
          LARGE_SIZE, how);
    struct sum sum = send_to_a_reader((struct slice){bytes, LARGE_SIZE}, flags);
    free(bytes);
    expect_number("bytes that came out", (long long)sum.size,
                  (long long)right.size);
    expect_true(sum.value == right.value,
                "they are the same bytes in the same order");
}

static void all_of_it_is_sent(void)
{
    expect_all_is_sent(0, "blocking");
    expect_all_is_sent(O_NONBLOCK, "non-blocking");
}

static void who_is_gone_is_an_error(void)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
        lose("no sockets to try it with: %s", strerror(errno));
    close(pair[1]);
    story("the other side has closed; send_all() sends it 5 bytes");
    int returned = send_all(pair[0], slice_of("hello"));
    int error = errno;
    expect_written(returned != NOT_WRITTEN, "send_all()");
    expect_number("what send_all() returns", returned, -1);
    expect_true(error == EPIPE, "errno is EPIPE");
    close(pair[0]);
    story("send_all() to the same descriptor, which is closed by now");
    expect_number("what send_all() returns", send_all(pair[0], slice_of("x")),
                  -1);
    expect_true(errno == EBADF, "errno is EBADF");
}

static const struct graded_test tests[] = {
    {"it listens at the address that it is told, and no other",
     15,
     it_listens,
     {"which four calls does a server make before the first accept()?",
      "getaddrinfo(address, port, &hints, &found) fills in what socket() and "
      "bind() want",
      "socket(at->ai_family, at->ai_socktype, at->ai_protocol), bind(fd, "
      "at->ai_addr, at->ai_addrlen), listen(fd, 16)"},
     "build/lessons/01-sockets/server 127.0.0.1"},
    {"a server that was stopped can start again at once",
     15,
     it_listens_again,
     {"who still holds the port when the server is gone?",
      "the kernel keeps connections that ended in TIME_WAIT: SO_REUSEADDR",
      "setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) before bind()"},
     NULL},
    {"it listens by IPv6 as well",
     10,
     it_listens_by_ipv6,
     {"who knows of which family an address is?",
      "hints.ai_family is AF_UNSPEC, which is 0; the answer has ai_family",
      "socket(at->ai_family, ...), not socket(AF_INET, ...)"},
     "build/lessons/01-sockets/server ::1"},
    {"a client connects, and bytes pass in both directions",
     15,
     it_connects,
     {"which two calls does a client make?",
      "connect_first() of what getaddrinfo() has found: socket(), connect()",
      "connect(fd, at->ai_addr, at->ai_addrlen)"},
     NULL},
    {"when the first address does not take it, it tries the next",
     15,
     it_tries_every_address,
     {"what does getaddrinfo() return: an address, or a list?",
      "a loop over at = at->ai_next, with a new socket for each",
      "for (at = addresses; at && fd == -1; at = at->ai_next)"},
     "getent ahosts localhost"},
    {"what fails leaves no descriptor open, and errno says why",
     10,
     failing_leaves_nothing_open,
     {"what happens to the socket when connect() or bind() fails?",
      "close it; and close() and freeaddrinfo() may change errno",
      "int error = errno; close(fd); errno = error;"},
     NULL},
    {"however little the kernel takes at a time, all of it is sent, once",
     15,
     all_of_it_is_sent,
     {"what does the number say that send() returns?",
      "send the rest, from where it stopped; on EAGAIN poll(2) for POLLOUT",
      "bytes.data += sent; bytes.size -= sent; while (bytes.size > 0)"},
     NULL},
    {"a peer that is gone is an error, and kills nobody",
     5,
     who_is_gone_is_an_error,
     {"what does a process do that gets SIGPIPE and has no handler?",
      "send() has a flag for it", "send(fd, data, size, MSG_NOSIGNAL)"},
     NULL},
    {0},
};

int main(void)
{
    return grade("01-sockets", tests);
}
