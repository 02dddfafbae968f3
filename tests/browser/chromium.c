#define _XOPEN_SOURCE 700 /* nftw(3), mkdtemp(3) */

#include "tests/browser/chromium.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/browser/wait.h"

enum {
    START_MS =
        20000, /* of a browser, on a machine that has other things to do */
    END_MS = 5000,
    FOLDERS_OPEN = 16, /* descriptors for a walk through the profile */
};

/* ------------------------------------------------------------- finding it */

static bool is_in_folder(const char *folder, size_t size, const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%.*s/%s", (int)size, folder, name);
    return access(path, X_OK) == 0;
}

static bool is_installed(const char *name)
{
    const char *path = getenv("PATH");
    while (path != NULL && *path != '\0') {
        size_t size = strcspn(path, ":");
        if (is_in_folder(path, size, name))
            return true;
        path += size + (path[size] == ':');
    }
    return false;
}

const char *chromium_find(void)
{
    static const char *const names[] = {"chromium", "chromium-browser",
                                        "google-chrome"};
    const char *chosen = getenv("CHROMIUM");
    if (chosen != NULL && *chosen != '\0')
        return access(chosen, X_OK) == 0 || is_installed(chosen) ? chosen
                                                                 : NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (is_installed(names[i]))
            return names[i];
    return NULL;
}

/* ------------------------------------------------------------- its life */

static bool make_profile(struct chromium *chromium)
{
    snprintf(chromium->profile, sizeof chromium->profile,
             "/tmp/browser-test-XXXXXX");
    if (mkdtemp(chromium->profile) != NULL)
        return true;
    *chromium->profile = '\0';
    return false;
}

static bool read_address(struct chromium *chromium)
{
    const char *line;
    int64_t deadline = deadline_in(START_MS);
    while ((line = process_line(&chromium->process, deadline)) != NULL)
        if (sscanf(line, "DevTools listening on ws://127.0.0.1:%d%127s",
                   &chromium->port, chromium->path) == 2)
            return true;
    return false;
}

bool chromium_start(struct chromium *chromium, const char *program)
{
    *chromium = (struct chromium){0};
    if (!make_profile(chromium))
        return false;
    char folder[sizeof chromium->profile + 32];
    snprintf(folder, sizeof folder, "--user-data-dir=%s", chromium->profile);
    const char *const arguments[] = {
        program,
        folder,
        "--headless",
        "--no-sandbox", /* it needs rights that a container doesn't give; we
                           open no pages but our own */
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage", /* small in a container */
        "--remote-debugging-port=0",
        "about:blank",
        NULL,
    };
    return process_start(&chromium->process, arguments, STDERR_FILENO) &&
           read_address(chromium);
}

static int remove_one(const char *path, const struct stat *status, int type,
                      struct FTW *walk)
{
    (void)status, (void)type, (void)walk;
    remove(path);
    return 0;
}

void chromium_end(struct chromium *chromium)
{
    process_end(&chromium->process, deadline_in(END_MS));
    if (*chromium->profile != '\0')
        nftw(chromium->profile, remove_one, FOLDERS_OPEN, FTW_DEPTH | FTW_PHYS);
    *chromium->profile = '\0';
}
