/*
 * score.h
 *		A portrait bound to the columns of a row, and its results on one row.
 *
 * Binding turns each condition into a test chosen by the column's type, so
 * that nothing is parsed or converted per row any more.  What looks at one
 * column is found in a table of its values (lookup.c); of the rest, values are
 * read once a row when they are asked for (value.c), then tested (test.c).
 */
#ifndef ICP_SCORE_H
#define ICP_SCORE_H

#include "postgres.h"

#include "access/htup_details.h"
#include "common/compat.h"
#include "fmgr.h"
#include "pgtime.h"
#include "portrait/portrait.h"
#include "utils/fmgrprotos.h"

/* ---- values ---- */

typedef enum ValueKind
{
	VALUE_MISSING,
	VALUE_BOOL,
	VALUE_INTEGER,				/* whole numbers, money, enums, dates, times */
	VALUE_FLOAT,
	VALUE_NUMERIC,
	VALUE_TEXT,					/* compared bytewise */
	VALUE_OTHER,				/* compared by its type's own operators */
	VALUE_ARRAY,
	VALUE_OBJECT				/* a JSON object: known, and equal to nothing */
} ValueKind;

typedef struct Value
{
	ValueKind	kind;
	int			length;			/* of text; elements of an array */
	Datum		varlena;		/* text as it was stored, or 0 */
	union
	{
		bool		truth;
		int64		integer;
		float8		real;
		Numeric		numeric;
		const char *text;
		Datum		datum;
		struct Value *elements;
	}			as;
} Value;

/* What the integers of a VALUE_INTEGER count. */
typedef enum IntegerUnit
{
	UNIT_ONE,
	UNIT_MONEY,					/* the currency's smallest unit */
	UNIT_ENUM,					/* the label's OID */
	UNIT_DAY,					/* days since 2000-01-01 */
	UNIT_LOCAL_TIME,			/* microseconds since 2000-01-01, no zone */
	UNIT_UTC_TIME				/* the same, UTC */
} IntegerUnit;

/* How the Datums of a type become values. */
typedef struct Reader
{
	Oid			type;			/* without its domain */
	Oid			shown_type;		/* the column's, in messages */
	Oid			collation;
	ValueKind	kind;			/* what comes out, unless it is JSON */
	IntegerUnit unit;
	ReadAs		as;				/* converted from text, as conditions see it */
	bool		is_json;		/* json or jsonb: the kind differs by row */
	bool		in_document;	/* as FieldType has it */
	int16		typlen;
	bool		typbyval;
	char		typalign;
	struct Reader *element;		/* of an array */
	/* a numeric with a short header is laid out here, aligned */
	union
	{
		int32		header;
		char		bytes[VARHDRSZ + VARATT_SHORT_MAX];
		int64		force_alignment;
	}			numeric;
} Reader;

/*
 * Most numerics in a table have a one-byte header, and core's functions want
 * four: lay those out in the reader instead of allocating a copy for each row.
 */
static inline Numeric
aligned_numeric(Reader *reader, Datum datum)
{
	struct varlena *stored = (struct varlena *) DatumGetPointer(datum);
	Size		length;

	/* a TOAST pointer looks like a short header too */
	if (!VARATT_IS_SHORT(stored) || VARATT_IS_EXTERNAL(stored))
		return DatumGetNumeric(datum);
	length = VARSIZE_SHORT(stored) - VARHDRSZ_SHORT;
	SET_VARSIZE(&reader->numeric, length + VARHDRSZ);
	memcpy(VARDATA(&reader->numeric), VARDATA_SHORT(stored), length);
	return (Numeric) &reader->numeric;
}

static inline int
compare_numerics(Numeric a, Numeric b)
{
	return DatumGetInt32(DirectFunctionCall2(numeric_cmp,
											 NumericGetDatum(a),
											 NumericGetDatum(b)));
}

/* ---- tests ---- */

typedef enum Truth
{
	NO,
	YES,
	UNKNOWN
} Truth;

typedef enum TestKind
{
	TEST_ALWAYS,				/* otherwise */
	TEST_MISSING,
	TEST_KNOWN,					/* an unbounded range */
	TEST_NEVER,					/* for known values */
	TEST_BOOL,
	TEST_INTEGER_RANGE,
	TEST_INTEGER_IN,
	TEST_FLOAT_RANGE,
	TEST_FLOAT_IN,
	TEST_NUMERIC_RANGE,
	TEST_NUMERIC_IN,
	TEST_TEXT_IN,
	TEST_TEXT_TIME_RANGE,		/* text of a JSON document, read as a time */
	TEST_LIKE,
	TEST_OTHER_IN,
	TEST_OTHER_RANGE,
	TEST_CONTAINS_ALL,			/* each child matches some element */
	TEST_CONTAINS_ANY,
	TEST_ALL,
	TEST_ANY,
	TEST_NOT
} TestKind;

typedef struct Word
{
	const char *text;
	int			length;
} Word;

typedef struct Test
{
	TestKind	kind;
	int			input;			/* of the tests that look at a value */
	int			n;				/* members or children */
	struct Lookup *lookup;		/* answers for a value of one column, or NULL */
	union
	{
		bool		truth;
		struct
		{
			int64		low;
			int64		high;
		}			integers;	/* both ends included */
		int64	   *integer_members;	/* sorted, like the other members */
		float8	   *real_members;
		Numeric    *numeric_members;
		struct
		{
			float8		low;
			float8		high;
			bool		low_closed;
			bool		high_closed;
		}			floats;
		struct
		{
			Numeric		low;	/* NULL: unbounded */
			Numeric		high;
			bool		low_closed;
			bool		high_closed;
		}			numerics;
		Word	   *words;		/* sorted by length, then bytes */
		struct
		{
			FmgrInfo	function;	/* equality, comparison or LIKE */
			Oid			collation;
			Datum	   *members;	/* or the pattern */
			bool		has_low;
			bool		has_high;
			bool		low_closed;
			bool		high_closed;
		}			other;
		struct Test **children;
	}			u;
} Test;

/* ---- a bound portrait ---- */

/* One field of the row that a scorecard is bound to. */
typedef struct FieldType
{
	Oid			type;			/* InvalidOid: not in the row, always missing */
	Oid			collation;
	bool		in_document;	/* its Datums are JsonbValues, not jsonb */
} FieldType;

/* A field as some conditions read it: its reader and its placeholders. */
typedef struct Input
{
	int			field;			/* position in the portrait's fields */
	ReadAs		asked;			/* as the portrait has it */
	ReadAs		as;				/* as far as the column's type needs it */
	List	   *placeholders;	/* as the portrait has them */
	Reader		reader;
	Test	   *raw_missing;	/* placeholders of the value as it is stored */
	Test	   *missing;		/* placeholders of the value as it is read */
} Input;

typedef struct BoundAttribute
{
	Test	   *test;
	int64		points;
	const char *reason;			/* its own, its characteristic's, or that one's name */
	Datum		reason_text;
	const Attribute *attribute;
} BoundAttribute;

/*
 * A characteristic of one column as a table of the column's values (lookup.c),
 * by how the column's Datums are read.
 */
typedef enum LookupKind
{
	LOOKUP_NONE,				/* the attributes are tested one by one */
	LOOKUP_BOOL,				/* outcomes: false, true */
	LOOKUP_INT2,				/* outcomes: before the first key, from each on */
	LOOKUP_INT4,
	LOOKUP_INT8,
	LOOKUP_FLOAT4,
	LOOKUP_FLOAT8,
	LOOKUP_NUMERIC,				/* outcomes: before the first key, at it, ... */
	LOOKUP_TEXT,				/* outcomes: of each word, of others */
	LOOKUP_BPCHAR				/* the same, without trailing blanks */
} LookupKind;

typedef struct LookupWord
{
	uint64		signature;		/* see word_signature */
	int			length;
	const char *text;
} LookupWord;

typedef struct Outcome
{
	int64		points;			/* of an attribute, or the Truth of a test */
	const BoundAttribute *attribute;
} Outcome;

typedef struct Lookup
{
	LookupKind	kind;
	int			field;
	int			n;				/* keys, sorted */
	bool		has_twins;		/* words with the same signature */
	bool		is_approximate; /* numerics: approximations are good enough */
	union
	{
		void	   *any;
		int64	   *integers;
		float8	   *reals;
		Numeric    *numerics;
		LookupWord *words;
	}			keys;
	union
	{
		uint64	   *signatures; /* of the words */
		float8	   *reals;		/* of the numerics */
	}			quick;			/* what few keys are compared by first */
	Outcome    *outcomes;
	Outcome		missing;
	Reader	   *reader;			/* of numerics */
	FunctionCallInfo comparison;	/* of numerics with a key */
} Lookup;

typedef struct BoundCharacteristic
{
	int			nattributes;
	BoundAttribute *attributes;
	BoundAttribute none;		/* what holds if no attribute does: 0 points */
	Lookup		lookup;
	int			ninputs;		/* the inputs that any of its tests reads */
	int		   *inputs;
	const Characteristic *characteristic;
} BoundCharacteristic;

typedef struct Scorecard
{
	Portrait   *portrait;
	TimestampTz now;			/* what relative dates were resolved with ... */
	pg_tz	   *zone;			/* ... and where */

	int			ninputs;
	Input	   *inputs;
	Value	   *values;			/* one for each input, ... */
	uint64	   *read_in;		/* ... read in this row, the first being 1 */
	uint64		row;			/* number of the current row */

	int			lookup_room;	/* keys that lookups may still have */
	int			ncharacteristics;
	BoundCharacteristic *characteristics;
	int			ndisqualifiers;
	Test	  **disqualifiers;

	/* the current row, and the results on it */
	const FieldType *types;		/* of the portrait's fields */
	const NullableDatum *fields;
	int64		points;
	int			disqualified;	/* the rule that holds, or -1 */
	const BoundAttribute **matched; /* of each characteristic */

	/* what results are made of */
	Datum	   *tier_names;
	Datum		out_name;
	TupleDesc	result_type;	/* of what returns a composite, once it was called */
} Scorecard;

/*
 * 100 * part / whole.  Integers up to 2^53 are exact in float8, so that the
 * one division rounds once, and 80 of 100 points are exactly 80; beyond, the
 * whole percents are split off, by steps that do not overflow, to keep that so.
 */
static inline float8
percentage(int64 part, int64 whole)
{
	static const int steps[] = {5, 5, 4};
	uint64		rest = part;
	uint64		percents = 0;

	if (part < (INT64CONST(1) << 53) / 100)
		return (float8) (part * 100) / (float8) whole;
	for (int i = 0; i < (int) lengthof(steps); i++)
	{
		percents = percents * steps[i] + rest / whole * steps[i];
		rest = rest % whole * steps[i];
	}
	percents += rest / whole;
	return (float8) percents + (float8) (rest % whole) / (float8) whole;
}

/*
 * The score from 0 to 100, or in points.  NULL where there is nothing to win.
 */
static inline float8
card_score(const Scorecard *card, bool *isnull)
{
	const Portrait *p = card->portrait;

	*isnull = false;
	if (card->disqualified >= 0)
		return 0;
	if (p->max == p->min)
	{
		*isnull = true;
		return 0;
	}
	if (p->raw_points)
		return (float8) card->points / POINT_SCALE;
	return percentage(card->points - p->min, p->max - p->min);
}

/* bind.c */
extern Scorecard *bind_portrait(Portrait *portrait, const FieldType *fields,
								TimestampTz now);

/* literals.c: tests of values against literals */
extern Test *bind_literals(const Reader *reader, const Condition *condition,
						   List *literals, bool lenient);
extern Test *bind_range(const Reader *reader, const Condition *condition);
extern Test *bind_relative(const Reader *reader, const Condition *condition,
						   const Portrait *portrait, TimestampTz now);
extern Test *bind_like(const Reader *reader, const Condition *condition);
extern Test *make_test(TestKind kind);
pg_noreturn extern void cannot_apply(const Reader *reader,
									 const Condition *condition, const char *hint);
extern bool holds_text(const Reader *reader);
extern bool reads_number(const Reader *reader);
extern bool reads_time(const Reader *reader);

/* lookup.c */
extern void make_lookups(Scorecard *card);

/* value.c */
extern void init_reader(Reader *reader, const FieldType *field);
extern void read_value(Reader *reader, Datum datum, Value *value);
extern void convert_value(ReadAs as, Value *value);

/* test.c */
extern Truth test_value(const Test *test, const Value *value);
extern int	compare_integers(const void *a, const void *b);
extern int	compare_reals(const void *a, const void *b);
extern int	compare_numeric_members(const void *a, const void *b);
extern int	compare_words(const void *a, const void *b);

/* evaluate.c */
extern void evaluate_row(Scorecard *card, const NullableDatum *fields);
extern const Value *input_value(Scorecard *card, int i);
extern Truth is_met(Scorecard *card, int i);

/* result.c */
extern Datum card_tier(const Scorecard *card, float8 score);
extern int64 lost_points(const Scorecard *card, int i);
extern const char *disqualification(const Scorecard *card);
extern int *by_loss(const Scorecard *card);
extern Datum points_numeric(int64 points);
extern TupleDesc card_result_type(FunctionCallInfo fcinfo, Scorecard *card,
								  int ncolumns);

/* The three functions over one way to return a result. */
#define SCORE_FUNCTIONS(name, return_result) \
PG_FUNCTION_INFO_V1(name); \
PG_FUNCTION_INFO_V1(name##_columns); \
PG_FUNCTION_INFO_V1(name##_columns_now); \
Datum \
name(PG_FUNCTION_ARGS) \
{ \
	return return_result(fcinfo, evaluate_call(fcinfo)); \
} \
Datum \
name##_columns(PG_FUNCTION_ARGS) \
{ \
	return return_result(fcinfo, evaluate_columns(fcinfo, false)); \
} \
Datum \
name##_columns_now(PG_FUNCTION_ARGS) \
{ \
	return return_result(fcinfo, evaluate_columns(fcinfo, true)); \
} \
extern Datum name(PG_FUNCTION_ARGS)

/* call.c: from a function call to a scorecard evaluated on its row */
typedef struct CallState CallState;

extern Scorecard *evaluate_call(FunctionCallInfo fcinfo);
extern Scorecard *evaluate_columns(FunctionCallInfo fcinfo, bool may_use_now);

/* The same for a row and a saved portrait; *state is kept from call to call. */
extern Scorecard *evaluate_saved(FmgrInfo *flinfo, void **state, text *name,
								 HeapTupleHeader row);

/* The same for any portrait, of whose fields the row may lack some. */
extern CallState *lenient_call(FunctionCallInfo fcinfo, MemoryContext context);
extern Scorecard *evaluate_leniently(FunctionCallInfo fcinfo, CallState *state,
									 Datum portrait);

/* row.c: the fields of a row or of a document */
typedef struct RowShape RowShape;

extern RowShape *row_shape(const Portrait *portrait, TupleDesc tupdesc);
extern RowShape *document_shape(const Portrait *portrait);
extern const FieldType *shape_fields(const RowShape *shape);
extern const NullableDatum *read_row(RowShape *shape, HeapTupleHeader row);
extern const NullableDatum *read_document(RowShape *shape, Jsonb *document);

/* Where in a row a field is: a column, and what to follow inside of it. */
typedef struct FieldPlace
{
	int			column;			/* attribute number, 0: not in the row */
	Oid			type;			/* at the end of the path */
	Oid			collation;
	Oid			container;		/* jsonb or json that the path leads into */
	Datum		keys;			/* text[]: the path into JSON */
	List	   *attributes;		/* of int: attribute numbers into composites */
} FieldPlace;

extern const char *closest_column(TupleDesc tupdesc, const char *name);
extern bool find_field(TupleDesc tupdesc, const char *field, FieldPlace *place);

#endif							/* ICP_SCORE_H */
