/*
 * portrait.h
 *		The icp_portrait type: a scorecard of who we look for, in points.
 *
 * A portrait has two forms.  At rest it is canonical JSON text behind a format
 * byte (IcpPortrait): the same portrait has the same bytes, so that equality
 * and hashing compare bytes, and stored bytes are never trusted: whoever reads
 * one parses it again with the parser that serves input.  At work it is the
 * tree below (Portrait), allocated in the memory context of the reader.
 */
#ifndef ICP_PORTRAIT_H
#define ICP_PORTRAIT_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "nodes/bitmapset.h"
#include "nodes/pg_list.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

/* ---- the form at rest ---- */

#define PORTRAIT_FORMAT 1

typedef struct IcpPortrait
{
	int32		vl_len_;		/* varlena header, do not touch directly */
	uint8		format;			/* PORTRAIT_FORMAT */
	char		json[FLEXIBLE_ARRAY_MEMBER];	/* canonical, not terminated */
} IcpPortrait;

/* ---- limits ---- */

#define MAX_CHARACTERISTICS 1000
#define MAX_ATTRIBUTES		10000
#define MAX_CONDITIONS		30000
#define MAX_FIELDS			1600	/* as many as a table has columns */
#define MAX_FIELD_LENGTH	1000	/* bytes */
#define MAX_DEPTH			32
#define MAX_JSON_BYTES		4194304 /* 4 MB */
#define MAX_NUMBER_LENGTH	400 /* digits of a number in a condition */

/* Points are whole millionths, so that sums are exact in any order. */
#define POINT_SCALE			INT64CONST(1000000)
#define MAX_POINTS			INT64CONST(1000000000)

/* ---- the form at work ---- */

typedef enum LiteralKind
{
	LITERAL_TEXT,
	LITERAL_NUMBER,
	LITERAL_BOOL,
	LITERAL_TIME,				/* a bound: microseconds, UTC where no zone */
	LITERAL_SPAN				/* a bound: an interval */
} LiteralKind;

typedef struct Literal
{
	LiteralKind kind;
	char	   *text;			/* as the canonical JSON spells it */
	Numeric		number;
	bool		truth;
	Timestamp	time;
	Interval	span;
} Literal;

typedef struct Range
{
	Literal    *low;			/* NULL: unbounded */
	Literal    *high;
	bool		low_closed;
	bool		high_closed;
} Range;

/* How a column of text is to be read. */
typedef enum ReadAs
{
	AS_IS,
	AS_NUMBER,
	AS_DATE
} ReadAs;

/* A field together with how its values are to be read. */
typedef struct FieldUse
{
	const char *field;			/* NULL: none named */
	ReadAs		as;
	List	   *placeholders;	/* of Literal: values that mean missing */
} FieldUse;

typedef enum ConditionKind
{
	CONDITION_EQUALS,
	CONDITION_IN,
	CONDITION_RANGE,
	CONDITION_LIKE,
	CONDITION_ILIKE,
	CONDITION_CONTAINS,
	CONDITION_CONTAINS_ANY,
	CONDITION_MISSING,
	CONDITION_OTHERWISE,
	CONDITION_WITHIN,
	CONDITION_OLDER,
	CONDITION_WITHIN_NEXT,
	CONDITION_ALL,
	CONDITION_ANY,
	CONDITION_NOT,
	NCONDITION_KINDS			/* how many there are, and none of them */
} ConditionKind;

typedef struct Condition
{
	ConditionKind kind;
	FieldUse	use;			/* its own or its parent's field */
	bool		own_field;		/* "field" is spelled out here */
	bool		own_as;			/* "as" is spelled out here */
	List	   *literals;		/* of Literal: equals, in, like, contains */
	bool		is_list;		/* contains: written as a list */
	Range		range;
	Literal    *span;			/* within, older, within_next */
	List	   *children;		/* of Condition: all, any, not */
	const char *path;			/* JSON path, for messages */
} Condition;

typedef struct Attribute
{
	Condition  *when;
	int64		points;			/* millionths */
	const char *reason;			/* or NULL */
} Attribute;

typedef struct Characteristic
{
	const char *name;
	const char *group;			/* or NULL */
	const char *dimension;		/* that it qualifies by, or NULL */
	const char *question;		/* to ask while it is not met, or NULL */
	const char *reason;			/* or NULL */
	FieldUse	use;
	bool		own_placeholders;
	List	   *attributes;		/* of Attribute; of a dimension there may be none */
	int64		possible;		/* what it could give if there were some */
	int64		min;			/* the least and most points it can give */
	int64		max;
} Characteristic;

typedef struct Disqualifier
{
	Condition  *when;
	const char *reason;			/* or NULL */
} Disqualifier;

typedef struct Tier
{
	const char *name;
	Literal    *threshold;
	float8		from;			/* the threshold as a score */
} Tier;

/* What a framework qualifies by: all characteristics of that dimension. */
typedef struct Dimension
{
	const char *name;
	List	   *characteristics;	/* of int: their positions */
} Dimension;

/* The verdicts that rules give, the best first. */
typedef enum VerdictKind
{
	VERDICT_SALES_QUALIFIED,
	VERDICT_MARKETING_QUALIFIED,
	VERDICT_NURTURE,
	NVERDICTS
} VerdictKind;

typedef struct VerdictRule
{
	bool		is_given;		/* else the verdict never is */
	int			met;			/* at least so many dimensions; 0: not said */
	Bitmapset  *required;		/* positions of dimensions that have to be met */
} VerdictRule;

typedef struct Portrait
{
	const char *title;			/* or NULL */
	const char *subject;		/* or NULL */
	int64		initial;
	bool		raw_points;		/* "scale": "points" */
	bool		absent_is_missing;	/* "absent": "missing" */
	bool		own_verdicts;	/* "verdicts" is spelled out */
	List	   *characteristics;	/* of Characteristic */
	List	   *disqualifiers;	/* of Disqualifier */
	const char *framework;		/* its name, or NULL */
	List	   *dimensions;		/* of Dimension, in document order */
	VerdictRule verdicts[NVERDICTS];
	List	   *tiers;			/* of Tier, highest first */
	Literal    *fit;
	float8		fit_from;
	List	   *placeholders;	/* of Literal */
	bool		calibrated;		/* carries "probability" */
	Literal    *intercept;
	Literal    *slope;
	float8		intercept_value;
	float8		slope_value;
	Jsonb	   *quality;		/* an object as it was given, or NULL */
	float8		fit_share;		/* quality.shares.fit, or -1 */
	bool		is_fixed;		/* "at": relative dates are fixed ... */
	Timestamp	at;				/* ... at this moment, UTC */
	bool		is_relative;	/* has a condition relative to now */
	List	   *fields;			/* of char *: distinct, in document order */
	int64		min;			/* what the points can come to */
	int64		max;
	int			nconditions;
} Portrait;

/* Does the score depend on when it is computed? */
#define portrait_depends_on_now(p) ((p)->is_relative && !(p)->is_fixed)

/* parse.c: JSON to tree; false after a soft error */
extern bool parse_portrait(Jsonb *json, Portrait *portrait, Node *escontext);

/* keys.c: refuses what is too large, and what jsonb would drop silently */
extern bool check_portrait_size(size_t len, Node *escontext);
extern bool check_portrait_text(const char *json, Node *escontext);

/* condition.c */
struct PortraitParser;
extern Condition *parse_condition(struct PortraitParser *parser,
								  JsonbContainer *object,
								  const FieldUse *inherited,
								  Attribute *attribute);
extern bool check_reachable(struct PortraitParser *parser,
							const Characteristic *characteristic);

/* dimensions.c */
extern const char *verdict_name(VerdictKind kind);
extern const Dimension *find_dimension(const Portrait *portrait, const char *name,
									   int *position);

/* literal.c */
extern bool parse_number_text(const char *text, int len, Numeric *result);
extern bool parse_time_text(const char *text, int len, Timestamp *result);
extern bool is_writable_time(Timestamp time);
extern bool parse_span_text(const char *text, Interval *result);
extern const char *parse_range_text(const char *text, Range *range);
extern Literal *number_literal(Numeric number);
extern Literal *span_literal(const Interval *span);
extern int	compare_literals(const Literal *a, const Literal *b);
extern bool range_covers(const Range *outer, const Range *inner);
extern char *time_text(Timestamp time);
extern char *number_text(Numeric number);
extern char *points_text(int64 points);

/* deparse.c: tree to canonical JSON, and conditions in words */
extern const char *condition_name(ConditionKind kind);
extern void deparse_portrait(StringInfo buf, const Portrait *portrait);
extern void deparse_condition(StringInfo buf, const Condition *condition);
extern char *describe_condition(const Condition *condition);

/* io.c: between the two forms */
extern Oid	portrait_type(Oid schema);
extern Portrait *portrait_from_datum(Datum datum);
extern Datum portrait_to_datum(const Portrait *portrait, Node *escontext);

#define PG_GETARG_PORTRAIT(n) portrait_from_datum(PG_GETARG_DATUM(n))

#endif							/* ICP_PORTRAIT_H */
