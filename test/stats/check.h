/*
 * check.h
 *		What the files of the standalone check share.
 */
#ifndef ICP_CHECK_H
#define ICP_CHECK_H

#include <stdbool.h>

/* Prints a line of TAP. */
extern void ok(bool good, const char *name);

/* The relative difference; 0 for two equal infinities. */
extern double off_by(double is, double should);

extern void check_properties(void);

#endif							/* ICP_CHECK_H */
