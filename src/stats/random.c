/*
 * random.c
 *		xoshiro256** of Blackman and Vigna (2021), "Scrambled linear pseudorandom
 *		number generators", seeded by splitmix64 as they advise.
 */
#include "stats/stats.h"

static inline uint64_t
rotated(uint64_t x, int bits)
{
	return (x << bits) | (x >> (64 - bits));
}

void
random_seed(Random *random, uint64_t seed)
{
	for (int i = 0; i < 4; i++)
	{
		seed += UINT64_C(0x9e3779b97f4a7c15);
		random->state[i] = mix64(seed);
	}
}

uint64_t
random_next(Random *random)
{
	uint64_t   *s = random->state;
	uint64_t	result = rotated(s[1] * 5, 7) * 9;
	uint64_t	shifted = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= shifted;
	s[3] = rotated(s[3], 45);
	return result;
}

uint64_t
random_below(Random *random, uint64_t bound)
{
	/* 2^64 modulo bound: that many numbers are too many to be shared evenly */
	uint64_t	surplus = (UINT64_MAX - bound + 1) % bound;
	uint64_t	x;

	do
		x = random_next(random);
	while (x < surplus);
	return x % bound;
}

double
random_unit(Random *random)
{
	return (double) (random_next(random) >> 11) * 0x1p-53;
}
