#include "lessons/weather_faults.h"

/* splitmix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number
 * Generators, 2014). */
static uint64_t roll(struct dice *dice)
{
    uint64_t mixed = dice->state += 0x9e3779b97f4a7c15;
    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111eb;
    return mixed ^ mixed >> 31;
}

struct dice dice_of(uint64_t seed, uint64_t connection, enum chance chance)
{
    struct dice dice = {seed};
    dice.state = roll(&dice) ^ connection;
    dice.state = roll(&dice) ^ (uint64_t)chance;
    return dice;
}

uint64_t dice_below(struct dice *dice, uint64_t limit)
{
    return roll(dice) % limit;
}

bool faults_fail(const struct faults *faults, uint64_t connection)
{
    struct dice dice = dice_of(faults->seed, connection, CHANCE_TO_FAIL);
    return dice_below(&dice, 100) < faults->fail_percent;
}
