/*
 * text.c
 *		Small helpers over strings that more than one room uses.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "common/compat.h"
#include "common/text.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/varlena.h"

/* varstr_levenshtein() refuses longer strings; nobody mistypes so long a word. */
#define MAX_GUESS_LENGTH 255

typedef struct Guess
{
	const char *word;
	const char *best;
	int			distance;
} Guess;

static void
guess_init(Guess *guess, const char *word)
{
	guess->word = word;
	guess->best = NULL;
	/* a third of the letters may differ, and two swapped ones count twice */
	guess->distance = Max(strlen(word) > 3 ? 2 : 1, (int) strlen(word) / 3) + 1;
}

static void
guess_consider(Guess *guess, const char *candidate)
{
	int			word_length = strlen(guess->word);
	int			candidate_length = strlen(candidate);
	int			distance;

	if (word_length == 0 || word_length > MAX_GUESS_LENGTH ||
		candidate_length > MAX_GUESS_LENGTH)
		return;

	/* only the case differs: no other candidate is closer */
	if (pg_strcasecmp(guess->word, candidate) == 0)
		distance = 0;
	else
		distance = varstr_levenshtein_less_equal(guess->word, word_length,
												 candidate, candidate_length,
												 1, 1, 1, guess->distance - 1,
												 true);
	if (distance < guess->distance)
	{
		guess->distance = distance;
		guess->best = candidate;
	}
}

const char *
closest_word(const char *word, List *candidates)
{
	Guess		guess;
	ListCell   *lc;

	guess_init(&guess, word);
	foreach(lc, candidates)
		guess_consider(&guess, (const char *) lfirst(lc));
	return guess.best;
}

const char *
closest_of(const char *word, const char *const *candidates)
{
	Guess		guess;

	guess_init(&guess, word);
	for (; *candidates; candidates++)
		guess_consider(&guess, *candidates);
	return guess.best;
}

char *
hex_text(const struct varlena *value)
{
	Size		size = VARSIZE_ANY_EXHDR(value);
	char	   *text = palloc(size * 2 + 3);

	memcpy(text, "\\x", 2);
	text[2 + hex_encode(VARDATA_ANY(value), size, text + 2)] = '\0';
	return text;
}

char *
spoken_name(const char *name)
{
	char	   *spoken = pstrdup(name);

	for (char *p = spoken; *p; p++)
	{
		if (*p == '_' && p > spoken && p[1] != '\0')
			*p = ' ';
	}
	return spoken;
}

char *
spoken_number(const char *number)
{
	StringInfoData buf;
	const char *digits = number + (*number == '-');
	int			whole = strspn(digits, "0123456789");

	if (whole < 5 || strchr(number, 'e') != NULL)
		return pstrdup(number);
	initStringInfo(&buf);
	appendBinaryStringInfo(&buf, number, digits - number);
	for (int i = 0; i < whole; i++)
	{
		if (i > 0 && (whole - i) % 3 == 0)
			appendStringInfoChar(&buf, ',');
		appendStringInfoChar(&buf, digits[i]);
	}
	appendStringInfoString(&buf, digits + whole);
	return buf.data;
}

Datum
text_array(const char *const *words, int nwords)
{
	Datum	   *elems = palloc(sizeof(Datum) * Max(nwords, 1));

	for (int i = 0; i < nwords; i++)
		elems[i] = CStringGetTextDatum(words[i]);
	return PointerGetDatum(construct_array(elems, nwords, TEXTOID,
										   -1, false, TYPALIGN_INT));
}

char *
json_string(const char *text)
{
	StringInfoData buf;

	initStringInfo(&buf);
	escape_json(&buf, text);
	return buf.data;
}

bytea *
sent_bytes(const struct varlena *value)
{
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendbytes(&buf, VARDATA(value), VARSIZE(value) - VARHDRSZ);
	return pq_endtypsend(&buf);
}

text *
server_text(const char *utf8, int length)
{
	int			encoding = GetDatabaseEncoding();
	Oid			conversion;
	unsigned char *bytes;
	text	   *result;

	if (encoding == PG_UTF8 || encoding == PG_SQL_ASCII)
		return cstring_to_text_with_len(utf8, length);
	conversion = FindDefaultConversionProc(PG_UTF8, encoding);
	if (!OidIsValid(conversion))
		return NULL;
	bytes = palloc(length * MAX_CONVERSION_GROWTH + 1);
	if (pg_do_encoding_conversion_buf(conversion, PG_UTF8, encoding,
									  (unsigned char *) unconstify(char *, utf8), length,
									  bytes, length * MAX_CONVERSION_GROWTH + 1, true) < length)
		return NULL;
	result = cstring_to_text((char *) bytes);
	pfree(bytes);
	return result;
}
