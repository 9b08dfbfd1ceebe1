/*
 * text.h
 *		Small helpers over strings that more than one room uses.
 */
#ifndef ICP_TEXT_H
#define ICP_TEXT_H

#include "postgres.h"

#include "lib/stringinfo.h"
#include "nodes/pg_list.h"

/* The candidate that the word was probably meant to be, or NULL. */
extern const char *closest_word(const char *word, List *candidates);

/* The same over a NULL-terminated array. */
extern const char *closest_of(const char *word, const char *const *candidates);

/* A varlena's bytes as bytea is written, in hexadecimal. */
extern char *hex_text(const struct varlena *value);

/* text[] of C strings. */
extern Datum text_array(const char *const *words, int nwords);

#endif							/* ICP_TEXT_H */
