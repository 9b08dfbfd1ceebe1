/*
 * options.h
 *		Options of functions: members of a JSON object.
 */
#ifndef ICP_OPTIONS_H
#define ICP_OPTIONS_H

#include "postgres.h"

#include "common/compat.h"
#include "nodes/pg_list.h"
#include "utils/jsonb.h"

extern void check_options_object(Jsonb *options);

/* Errors; known ends with NULL. */
pg_noreturn extern void unknown_option(const char *name, const char *const *known);
pg_noreturn extern void bad_option(const char *name, const char *hint);

/* Values of these kinds, or an error. */
extern int64 whole_option(const char *name, const JsonbValue *value, int64 least, int64 most);
extern List *names_option(const char *name, const JsonbValue *value);	/* of char * */
extern char *text_option(const char *name, const JsonbValue *value, const char *hint);

#endif							/* ICP_OPTIONS_H */
