/*
 * parser.h
 *		What the files that turn JSON into a portrait share.
 */
#ifndef ICP_PARSER_H
#define ICP_PARSER_H

#include "portrait/portrait.h"

typedef struct PortraitParser
{
	Portrait   *portrait;
	const char *what;			/* is parsed, in messages; NULL: a portrait */
	StringInfoData path;		/* where we are, as characteristics[2].name */
	int			nattributes;
	int			depth;			/* of nested conditions */
	Node	   *escontext;		/* soft errors, or NULL */
} PortraitParser;

/*
 * Reports an error at the current path.  It may be a soft error and come back:
 * then every caller returns false to its own.
 */
extern void portrait_error(PortraitParser *parser, int sqlstate,
						   const char *hint, const char *format,...)
			pg_attribute_printf(4, 5);

#define invalid(parser, hint, ...) \
	(portrait_error(parser, ERRCODE_INVALID_TEXT_REPRESENTATION, hint, \
					__VA_ARGS__), false)
#define too_many(parser, ...) \
	(portrait_error(parser, ERRCODE_PROGRAM_LIMIT_EXCEEDED, NULL, \
					__VA_ARGS__), false)

/* Enter a key or an element; the result goes to path_leave. */
extern int	path_enter(PortraitParser *parser, const char *key);
extern int	path_enter_element(PortraitParser *parser, int index);
extern void path_leave(PortraitParser *parser, int length);

/* One key after another of an object; NULL at the end. */
typedef struct ObjectWalk
{
	JsonbIterator *iterator;
} ObjectWalk;

extern void walk_object(ObjectWalk *walk, JsonbContainer *object);
extern char *walk_next(ObjectWalk *walk, JsonbValue *value);

/* The path already ends in the key. */
extern bool unknown_key(PortraitParser *parser, const char *key,
						const char *const *known);

typedef bool (*ParseElement) (PortraitParser *parser, JsonbValue *value,
							  void *target);
extern bool parse_elements(PortraitParser *parser, JsonbValue *value,
						   ParseElement parse_one, void *target);

/* Values of the type asked for, or false and an error. */
extern bool want_object(PortraitParser *parser, JsonbValue *value);
extern bool want_array(PortraitParser *parser, JsonbValue *value);
extern bool want_name(PortraitParser *parser, JsonbValue *value,
					  const char **result);
extern bool want_text(PortraitParser *parser, JsonbValue *value,
					  const char **result);
extern bool want_number(PortraitParser *parser, JsonbValue *value,
						Literal **result);
extern bool want_points(PortraitParser *parser, JsonbValue *value,
						int64 *result);
extern bool want_literal(PortraitParser *parser, JsonbValue *value,
						 Literal **result);
extern bool want_literals(PortraitParser *parser, JsonbValue *value,
						  List **result);
extern bool want_as(PortraitParser *parser, JsonbValue *value,
					ReadAs *result);

/* parse.c: pieces of a portrait, for documents that hold some of them */
extern bool parse_portrait_key(PortraitParser *parser, const char *key,
							   JsonbValue *value);
extern bool parse_characteristic_key(PortraitParser *parser, Characteristic *c,
									 const char *key, JsonbValue *value,
									 JsonbValue *attributes);
extern bool parse_characteristic_object(PortraitParser *parser,
										JsonbContainer *object,
										Characteristic *c);
extern bool check_characteristic(PortraitParser *parser, const Characteristic *c);
extern bool add_characteristic(PortraitParser *parser, Characteristic *c);
extern void complete_portrait(Portrait *portrait, bool has_tiers);

/* dimensions.c */
extern void add_to_dimension(Portrait *portrait, const Characteristic *c);
extern bool parse_framework(PortraitParser *parser, JsonbValue *value);
extern bool parse_verdicts(PortraitParser *parser, JsonbValue *value);
extern void set_default_verdicts(Portrait *portrait);

#endif							/* ICP_PARSER_H */
