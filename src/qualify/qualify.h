/*
 * qualify.h
 *		What is known of a row by the dimensions of a framework.
 */
#ifndef ICP_QUALIFY_H
#define ICP_QUALIFY_H

#include "postgres.h"

#include "score/score.h"

/* The columns of icp_qualification. */
enum
{
	QUALIFICATION_FRAMEWORK,
	QUALIFICATION_VERDICT,
	QUALIFICATION_MET,
	QUALIFICATION_UNMET,
	QUALIFICATION_UNKNOWN,
	QUALIFICATION_RATIO,
	QUALIFICATION_COVERAGE,
	QUALIFICATION_NEXT_QUESTION,
	QUALIFICATION_COLUMNS
};

/* Fills as many values and nulls, of a card whose portrait has dimensions. */
extern void qualify_card(Scorecard *card, Datum *values, bool *nulls);

#endif							/* ICP_QUALIFY_H */
