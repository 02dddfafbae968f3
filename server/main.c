/* main.c -- the server, with the application that comes with it. */
#include "server/application.h"
#include "server/program.h"

int main(int argc, char **argv)
{
    return server_program(argc, argv, application_start);
}
