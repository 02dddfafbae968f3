/* patient.c -- copy standard input until it is silent for too long.
 *
 *      curl -sN http://127.0.0.1:8080/streaming | patient 700
 *
 * Silence is all that a reader can notice when the other end is gone.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    char bytes[4096];
    if (argc != 2) {
        fputs("usage: patient MS\n", stderr);
        return 2;
    }
    while (poll(&input, 1, atoi(argv[1])) == 1) {
        ssize_t size = read(STDIN_FILENO, bytes, sizeof bytes);
        if (size <= 0)
            return 0;
        fwrite(bytes, 1, (size_t)size, stdout);
        fflush(stdout);
    }
    printf("(nothing for %s ms: given up)\n", argv[1]);
    return 1;
}
