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

/* annual_revenue is a name for machines; keys of JSON stay as they are. */
extern char *spoken_name(const char *name);

/* 1234567.5 as 1,234,567.5; numbers of four digits may be years. */
extern char *spoken_number(const char *number);

/* What send functions return for a varlena that is sent as it is. */
extern bytea *sent_bytes(const struct varlena *value);

/* text[] of C strings. */
extern Datum text_array(const char *const *words, int nwords);

/* Text as JSON writes it, in quotes. */
extern char *json_string(const char *text);

/* Text in UTF-8 in the database's encoding; NULL if that lacks some of its letters. */
extern text *server_text(const char *utf8, int length);

#endif							/* ICP_TEXT_H */
