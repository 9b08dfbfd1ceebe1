/*
 * describe_words.c
 *		Pieces of which a portrait is told: names that Markdown leaves alone,
 *		nouns, and numbers as precise as a reader needs them.
 */
#include "postgres.h"

#include <ctype.h>

#include "common/text.h"
#include "learn/describe.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#define MAX_NAME_BYTES 120
#define MAX_NOUN_BYTES 40

/* ---- names and values ---- */

/* Characters that begin something in Markdown, in the middle of a line. */
static bool
is_markup(const char *text, const char *p)
{
	if (*p == '#')
		return p == text || p[-1] == ' ';
	return strchr("\\`*_[]<>|~&$", *p) != NULL;
}

/*
 * Text of the portrait as text of Markdown: on one line, and nothing else than
 * what it says.  Bytes of longer characters are never ASCII in a database.
 */
char *
markdown_value(const Telling *t, const char *text, int limit)
{
	StringInfoData buf;
	int			len = strlen(text);

	if (len > limit)
		text = pnstrdup(text, pg_mbcliplen(text, len, limit));
	initStringInfo(&buf);
	for (const char *p = text; *p; p++)
	{
		unsigned char c = *p;

		if (is_markup(text, p))
			appendStringInfoChar(&buf, '\\');
		appendStringInfoChar(&buf, c < ' ' || c == 127 ? ' ' : *p);
	}
	if (len > limit)
		appendStringInfoString(&buf, "...");
	if (t->convert)
		return pg_server_to_any(buf.data, buf.len, PG_UTF8);
	return buf.data;
}

/* The same without blanks around it. */
char *
markdown_text(const Telling *t, const char *text, int limit)
{
	int			len;

	text += strspn(text, " \t\r\n");
	len = strlen(text);
	while (len > 0 && strchr(" \t\r\n", text[len - 1]) != NULL)
		len--;
	return markdown_value(t, pnstrdup(text, len), limit);
}

char *
markdown_name(const Telling *t, const char *name)
{
	return markdown_text(t, spoken_name(name), MAX_NAME_BYTES);
}

/* "A", "A or B", "A, B or C", "A, B, C and 4 more" */
void
put_list(StringInfo buf, const Telling *t, List *texts, int nmore, const char *joint)
{
	int			n = list_length(texts);
	ListCell   *lc;

	foreach(lc, texts)
	{
		int			i = foreach_current_index(lc);

		if (i > 0)
			appendStringInfoString(buf, i == n - 1 && nmore == 0 ? joint :
								   WORD(t, ", ", "、"));
		appendStringInfoString(buf, lfirst(lc));
	}
	if (nmore > 0)
		appendStringInfo(buf, WORD(t, " and %d more", " 等 %d 项"),
						 t->chinese ? nmore + n : nmore);
}

/* ---- what the rows are ---- */

typedef struct Noun
{
	const char *one;
	const char *many;
	const char *chinese;
} Noun;

/* The first of those that mean the same in Chinese is its English. */
static const Noun nouns[] = {
	{"customer", "customers", "客户"},
	{"account", "accounts", "客户"},
	{"client", "clients", "客户"},
	{"company", "companies", "公司"},
	{"company", "companies", "企业"},
	{"lead", "leads", "线索"},
	{"prospect", "prospects", "潜在客户"},
	{"contact", "contacts", "联系人"},
	{"person", "people", "人员"},
	{"opportunity", "opportunities", "商机"},
	{"deal", "deals", "交易"},
	{"user", "users", "用户"},
	{"row", "rows", "记录"},
};

static bool
is_ascii(const char *text)
{
	for (; *text; text++)
	{
		if (IS_HIGHBIT_SET(*text))
			return false;
	}
	return true;
}

static bool
ends_with(const char *text, const char *end)
{
	int			length = strlen(text);
	int			end_length = strlen(end);

	return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

/* A subject can be given in the singular. */
static const char *
plural(const char *noun)
{
	int			length = strlen(noun);

	if (length < 2 || !is_ascii(noun) || !isalpha((unsigned char) noun[length - 1]))
		return noun;
	if (ends_with(noun, "ss") || ends_with(noun, "x") || ends_with(noun, "ch") ||
		ends_with(noun, "sh"))
		return psprintf("%ses", noun);
	if (noun[length - 1] == 's')
		return noun;
	if (noun[length - 1] == 'y' && strchr("aeiou", noun[length - 2]) == NULL)
		return psprintf("%.*sies", length - 1, noun);
	return psprintf("%ss", noun);
}

/* Of which the portrait is; customers, if it does not say. */
const char *
subject_noun(const Telling *t, const char *subject)
{
	char	   *noun = markdown_text(t, subject ? subject : "", MAX_NOUN_BYTES);

	if (noun[0] == '\0')
		return WORD(t, "customers", "客户");
	for (int i = 0; i < (int) lengthof(nouns); i++)
	{
		if (pg_strcasecmp(noun, nouns[i].one) == 0 ||
			pg_strcasecmp(noun, nouns[i].many) == 0 ||
			strcmp(noun, nouns[i].chinese) == 0)
			return WORD(t, nouns[i].many, nouns[i].chinese);
	}
	if (!t->chinese)
		return plural(noun);
	/* words of other scripts stand apart from Chinese ones */
	return is_ascii(noun) ? psprintf(" %s ", noun) : noun;
}

/* ---- numbers ---- */

char *
count_text(float8 count)
{
	return spoken_number(psprintf("%.0f", count));
}

/* 0.0405 is 4.1 %, though the nearest binary number is a little less. */
static float8
half_up(float8 number)
{
	return number * (1 + 1e-12);
}

/* What is not quite nothing or all is not called so. */
char *
hundred_text(const Telling *t, float8 share)
{
	float8		of_100 = half_up(share * 100);

	if (of_100 > 0 && of_100 < 0.01)
		return pstrdup(WORD(t, "under 0.01", "不到 0.01"));
	if (of_100 > 99.9 && share < 1)
		return pstrdup(WORD(t, "over 99.9", "超过 99.9"));
	return psprintf("%.*f", share <= 0 || share >= 1 ? 0 : of_100 < 0.995 ? 2 :
					of_100 < 9.95 || of_100 > 99 ? 1 : 0, of_100);
}

char *
percent_text(const Telling *t, float8 share)
{
	return psprintf("%s%s", hundred_text(t, share), WORD(t, " %", "%"));
}

/* How many times the average. */
char *
times_text(float8 times)
{
	times = half_up(times);
	if (times >= 9.95)
		return count_text(times);
	return psprintf("%.*f", times <= 0 ? 0 : times < 0.995 ? 2 : 1, times);
}

/* Of errors, that is, numbers between 0 and 1. */
char *
small_text(float8 number)
{
	if (number > 0 && number < 0.0001)
		return psprintf("%.0e", number);
	return psprintf("%.3g", number);
}

char *
said_points(int64 points)
{
	return spoken_number(points_text(points));
}

/* "24 points" */
char *
points_words(const Telling *t, int64 points)
{
	return psprintf(WORD(t, "%s point%s", "%s 分%s"), said_points(points),
					t->chinese || points == POINT_SCALE ? "" : "s");
}

/* Of a tier: as it is written, unless nobody could read it. */
char *
threshold_text(const Literal *threshold)
{
	if (strlen(threshold->text) <= 20)
		return spoken_number(threshold->text);
	return psprintf("%g", DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow,
															 NumericGetDatum(threshold->number))));
}
