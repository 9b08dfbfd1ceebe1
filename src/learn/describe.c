/*
 * describe.c
 *		icp_describe: a portrait as a story, a table, and how sure we are of it.
 */
#include "postgres.h"

#include "common/text.h"
#include "learn/describe.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#define MAX_TITLE_BYTES 200

PG_FUNCTION_INFO_V1(icp_describe);

/* Is it the name of a language, or of a locale of it: zh, zh-CN, zh_CN.UTF-8? */
static bool
is_language(const char *lang, const char *code)
{
	int			length = strlen(code);

	return pg_strncasecmp(lang, code, length) == 0 &&
		(lang[length] == '\0' || strchr("-_.@", lang[length]) != NULL);
}

static bool
wants_chinese(const char *lang)
{
	if (!is_language(lang, "zh") && !is_language(lang, "en"))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unknown language \"%s\"", lang),
				 errhint("The languages are \"en\" and \"zh\".")));
	return is_language(lang, "zh");
}

/* Does text have to be converted?  An error if it cannot be. */
static bool
needs_conversion(void)
{
	int			encoding = GetDatabaseEncoding();

	if (encoding == PG_UTF8 || encoding == PG_SQL_ASCII)
		return false;
	if (encoding != PG_EUC_CN)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("a database of encoding \"%s\" cannot hold Chinese text",
						GetDatabaseEncodingName()),
				 errhint("Use \"en\", or a database of encoding UTF8 or EUC_CN.")));
	return true;
}

/* What its characteristics can give together, each at its best. */
static int64
winnable_points(const Portrait *portrait)
{
	int64		points = 0;
	ListCell   *lc;

	foreach(lc, portrait->characteristics)
		points += Max(((Characteristic *) lfirst(lc))->max, 0);
	return points;
}

static void
tell_title(Telling *t)
{
	char	   *title = markdown_text(t, t->portrait->title ? t->portrait->title : "", MAX_TITLE_BYTES);

	appendStringInfo(t->out, "# %s\n\n", title[0] != '\0' ? title :
					 WORD(t, "Ideal customer portrait", "理想客户画像"));
}

static text *
told_text(const Telling *t)
{
	StringInfo	out = t->out;
	char	   *result;

	while (out->len > 0 && out->data[out->len - 1] == '\n')
		out->data[--out->len] = '\0';
	result = t->convert ? pg_any_to_server(out->data, out->len, PG_UTF8) : out->data;
	return cstring_to_text(result);
}

Datum
icp_describe(PG_FUNCTION_ARGS)
{
	Portrait   *portrait = PG_GETARG_PORTRAIT(0);
	StringInfoData out;
	Telling		t = {.portrait = portrait, .out = &out};

	t.chinese = wants_chinese(text_to_cstring(PG_GETARG_TEXT_PP(1)));
	t.convert = t.chinese && needs_conversion();
	t.noun = subject_noun(&t, portrait->subject);
	t.winnable = winnable_points(portrait);
	read_quality(&t.quality, portrait);
	initStringInfo(&out);
	tell_title(&t);
	tell_story(&t);
	tell_table(&t);
	tell_certainty(&t);
	tell_tiers(&t);
	PG_RETURN_TEXT_P(told_text(&t));
}
