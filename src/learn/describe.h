/*
 * describe.h
 *		What the files that tell a portrait share.
 *
 * Everything that is told stems from the portrait.  Its characteristics have
 * been checked when it came in; its "quality" may hold anything, so that what
 * is of another type than it should be, or contradicts the rest, is not told.
 *
 * Text is put together in UTF8 if it is Chinese, and else in the database's
 * encoding: English needs nothing but ASCII.
 */
#ifndef ICP_DESCRIBE_H
#define ICP_DESCRIBE_H

#include <math.h>

#include "portrait/portrait.h"

/* Below so many best rows, or others, nothing that is learned is reliable. */
#define ENOUGH_ROWS 40

typedef enum Verdict
{
	VERDICT_NONE,				/* not given */
	VERDICT_RELIABLE,
	VERDICT_PROVISIONAL,
	VERDICT_UNRELIABLE,			/* no reliable portrait */
	VERDICT_OTHER				/* in words of its own */
} Verdict;

/* Numbers are NaN, and pointers NULL, where the portrait does not say. */
typedef struct Quality
{
	float8		rows;			/* both or none, and 0 < best < rows */
	float8		best;
	float8		base;			/* share of best of all */
	float8		auc;
	float8		auc_low;		/* both or none */
	float8		auc_high;
	float8		auc_full;
	float8		brier;
	float8		slope;
	Verdict		verdict;
	const char *verdict_text;
	const char *method;
	JsonbContainer *shares;
	JsonbContainer *rates;
	JsonbContainer *evidence;
	JsonbContainer *left_out;
} Quality;

#define known(x) (!isnan(x))

/* The rows that an attribute is the first to match. */
typedef struct Evidence
{
	float8		best;			/* NaN: not known */
	float8		rest;
} Evidence;

/* An attribute that is told about. */
typedef struct Telltale
{
	const Characteristic *characteristic;
	const Attribute *attribute;
	Evidence	evidence;
	int64		weight;			/* points that it decides about */
	int			place;			/* of the characteristic */
	bool		combined;		/* it looks at several fields */
} Telltale;

typedef struct Telling
{
	const Portrait *portrait;
	bool		chinese;
	bool		convert;		/* between the database's encoding and UTF8 */
	StringInfo	out;
	const char *noun;			/* what the rows are: accounts, 客户 */
	Quality		quality;
	int64		winnable;		/* points */
} Telling;

/* The formats take the same arguments in the same order. */
#define SAY(t, english, chinese_, ...) \
	appendStringInfo((t)->out, (t)->chinese ? (chinese_) : (english), __VA_ARGS__)
#define PUT(t, english, chinese_) \
	appendStringInfoString((t)->out, (t)->chinese ? (chinese_) : (english))
#define WORD(t, english, chinese_) ((t)->chinese ? (chinese_) : (english))

/* describe_words.c: pieces of text */
extern char *markdown_value(const Telling *t, const char *text, int limit);
extern char *markdown_text(const Telling *t, const char *text, int limit);
extern char *markdown_name(const Telling *t, const char *name);
extern const char *subject_noun(const Telling *t, const char *subject);
extern char *count_text(float8 count);
extern char *percent_text(const Telling *t, float8 share);
extern char *hundred_text(const Telling *t, float8 share);
extern char *times_text(float8 times);
extern char *small_text(float8 number);
extern char *said_points(int64 points);
extern char *points_words(const Telling *t, int64 points);
extern char *threshold_text(const Literal *threshold);
extern void put_list(StringInfo buf, const Telling *t, List *texts, int nmore,
					 const char *joint);

/* describe_condition.c: conditions in words */
extern char *telltale_text(const Telling *t, const Characteristic *characteristic,
						   const Attribute *attribute);
extern char *sentence_text(const Telling *t, const Characteristic *characteristic,
						   const Attribute *attribute);
extern char *attribute_text(const Telling *t, const Characteristic *characteristic,
							const Attribute *attribute);
extern char *condition_text(const Telling *t, const Condition *condition);
extern bool looks_at_several(const Condition *condition);

/* describe_quality.c: reading it, and how sure we are */
extern void read_quality(Quality *quality, const Portrait *portrait);
extern Evidence *read_evidence(const Quality *quality, const Characteristic *characteristic);
extern float8 evidence_lift(const Quality *quality, const Evidence *evidence);
extern float8 tier_share(const Quality *quality, const char *tier);
extern float8 tier_rate(const Quality *quality, const char *tier);
extern float8 captured_share(const Quality *quality, float8 share, float8 rate);
extern void tell_certainty(Telling *t);

/* describe_story.c, describe_table.c: the other parts */
extern int	by_weight(const void *a, const void *b);
extern void tell_story(Telling *t);
extern void tell_table(Telling *t);
extern void tell_tiers(Telling *t);

#endif							/* ICP_DESCRIBE_H */
