/* expect: is answered, and it does not wait */

void parking_gone(struct parking *parking, int request)
{
    (void)parking;
    (void)request;
}
