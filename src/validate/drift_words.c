/*
 * drift_words.c
 *		Bins as ranges and values, and what has moved in words.
 */
#include "postgres.h"

#include <math.h>

#include "mb/pg_wchar.h"
#include "validate/drift.h"

#define OTHER_LABEL "other values"
#define MISSING_LABEL "missing"

/* ---- labels ---- */

static const char *
bound_label(const BinSet *set, const Bound *bound)
{
	if (!bound->given)
		return "";
	return set->order == ORDER_TIMES ? time_text(bound->time) : bound->text;
}

/* A range as SQL writes it, or the value; never what could be taken for another bin, or for none. */
char *
bin_label(const BinSet *set, const Bin *bin)
{
	char	   *text;

	switch (bin->sort)
	{
		case BIN_RANGE:
			return psprintf("%c%s,%s)", bin->low.given ? '[' : '(',
							bound_label(set, &bin->low), bound_label(set, &bin->high));
		case BIN_VALUE:
			text = cell_text(&bin->value);
			if (text[0] == '\0' || strcmp(text, OTHER_LABEL) == 0 || strcmp(text, MISSING_LABEL) == 0)
				return psprintf("\"%s\"", text);
			return text;
		case BIN_OTHER:
			return pstrdup(OTHER_LABEL);
		default:
			return pstrdup(MISSING_LABEL);
	}
}

/* ---- words, which are those of traits ---- */

/* A search with one field and one value, which is all that the words look at. */
static char *
said(const char *name, FieldType type, const Cell *value, TraitItem *item, bool chinese)
{
	Cell		values[1] = {*value};
	ViewField	field = {.name = name, .type = type, .nvalues = 1, .values = values};
	SketchView	view = {.nfields = 1, .fields = &field};
	Search		search = {.view = &view, .options = {.chinese = chinese}};

	item->field = 0;
	item->first = item->last = CODE_FIRST;
	return item_text(&search, item);
}

/* Of whole numbers: does the range hold but one? */
static bool
is_one_number(const BinSet *set, const Bin *bin, Cell *value)
{
	Cell		high;

	if (set->type != FIELD_INTEGER || set->order != ORDER_NUMBERS ||
		!bin->low.given || !bin->high.given)
		return false;
	*value = number_cut_cell(set->type, bin->low.text);
	high = number_cut_cell(set->type, bin->high.text);
	return value->kind == CELL_INTEGER && high.kind == CELL_INTEGER &&
		high.word - value->word == 1;
}

static char *
range_words(const BinSet *set, const Bin *bin, bool chinese)
{
	TraitItem	item = {.sort = ITEM_INTERVAL, .low = bin->low, .high = bin->high};
	Cell		value = {.kind = set->order == ORDER_TIMES ? CELL_TIMESTAMP : CELL_INTEGER};

	if (is_one_number(set, bin, &value))
		item.sort = ITEM_EQUALS;
	else if (!bin->low.given && !bin->high.given)
	{
		item.sort = ITEM_MISSING;
		item.negated = true;
	}
	return said(set->name, set->type, &value, &item, chinese);
}

char *
bin_words(const BinSet *set, const Bin *bin, bool chinese)
{
	TraitItem	item = {.sort = ITEM_EQUALS};
	Cell		value = bin->value;

	if (bin->sort == BIN_RANGE)
		return range_words(set, bin, chinese);
	if (bin->sort == BIN_MISSING)
		item.sort = ITEM_MISSING;
	/* a value that reads like the end of a sentence */
	if (bin->sort == BIN_OTHER)
	{
		const char *other = chinese ? "其他值" : "another value";

		value = text_cell(other, strlen(other));
	}
	return said(set->name, set->type, &value, &item, chinese);
}

/* "tags include crm"; without an item, "tags is unknown". */
char *
item_words(const ViewField *f, const Cell *item, bool chinese)
{
	TraitItem	trait = {.sort = item ? ITEM_EQUALS : ITEM_MISSING, .is_list = f->is_list};
	Cell		none = {.kind = CELL_NULL};

	return said(f->name, f->type, item ? item : &none, &trait, chinese);
}

/* ---- shares ---- */

/* As many digits as it takes to tell the two apart, up to a point. */
char *
move_words(const char *what, double from, double to)
{
	double		least = from == 0 ? to : to == 0 ? from : Min(from, to);
	int			digits = least < 0.001 ? 2 : least < 0.1 ? 1 : 0;
	char	   *a;
	char	   *b;

	do
	{
		a = psprintf("%.*f", digits, from * 100);
		b = psprintf("%.*f", digits, to * 100);
	} while (strcmp(a, b) == 0 && from != to && digits++ < 2);
	return psprintf("%s: %s %% %s %s %%", what, a,
					GetDatabaseEncoding() == PG_UTF8 ? "→" : "->", b);
}
