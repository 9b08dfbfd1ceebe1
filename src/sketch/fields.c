/*
 * fields.c
 *		icp_fields: what a sketch knows of each field.
 */
#include "postgres.h"

#include <math.h>

#include "common/text.h"
#include "funcapi.h"
#include "sketch/view.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(icp_fields);

#define NCOLUMNS 11

static const char *
role_text(const SketchView *view, const ViewField *field)
{
	switch (field->role)
	{
		case ROLE_CONSTANT:
			return "constant";
		case ROLE_IDENTIFIER:
			return "identifier";
		case ROLE_HIGH_CARDINALITY:
			return "high_cardinality";
		case ROLE_LEAK:
			return "leak";
		case ROLE_MIRROR:
			return psprintf("mirror of %s", view->fields[field->mirror_of].name);
		default:
			return "trait";
	}
}

static const char *
type_text(const ViewField *field)
{
	return psprintf("%s%s", field_type_name(field->type), field->is_list ? "[]" : "");
}

/* The kept rows of both sides, each for as many as it stands for. */
static double
missing_share(const SketchView *view, const ViewField *field)
{
	double		known = field->known_best * view->best_weight + field->known_rest * view->rest_weight;
	double		all = view->all_best + view->all_rest;

	return all > 0 ? Min(Max(1 - known / all, 0), 1) : 0;
}

static void
put_field(ReturnSetInfo *rsinfo, const SketchView *view, const ViewField *field)
{
	Datum		values[NCOLUMNS];
	bool		nulls[NCOLUMNS] = {0};
	int			i = 0;

	values[i++] = CStringGetTextDatum(field->name);
	values[i++] = CStringGetTextDatum(type_text(field));
	values[i++] = CStringGetTextDatum(role_text(view, field));
	values[i++] = Int64GetDatum((int64) rint(field->known_best * view->best_weight));
	values[i++] = Int64GetDatum((int64) rint(field->known_rest * view->rest_weight));
	values[i++] = Int64GetDatum(field->distinct_best);
	values[i++] = Int64GetDatum(field->distinct_rest);
	values[i++] = Float8GetDatum(missing_share(view, field));
	nulls[i] = field->role == ROLE_CONSTANT || view->best_n == 0 || view->rest_n == 0;
	values[i++] = Float8GetDatum(field->iv);
	nulls[i] = isnan(field->auc);
	values[i++] = Float8GetDatum(field->auc);
	nulls[i] = field->note == NULL;
	values[i] = nulls[i] ? (Datum) 0 : CStringGetTextDatum(field->note);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/* One row a field, in the order of the columns. */
Datum
icp_fields(PG_FUNCTION_ARGS)
{
	SketchView *view = open_view(PG_GETARG_DATUM(0));
	int		   *by_place = palloc(sizeof(int) * Max(view->nfields, 1));

	classify_fields(view);
	for (int i = 0; i < view->nfields; i++)
		by_place[view->fields[i].place] = i;
	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < view->nfields; i++)
		put_field((ReturnSetInfo *) fcinfo->resultinfo, view, &view->fields[by_place[i]]);
	return (Datum) 0;
}

/* ---- names of fields ---- */

bool
is_named(List *names, const char *name)
{
	ListCell   *lc;

	foreach(lc, names)
	{
		if (strcmp(lfirst(lc), name) == 0)
			return true;
	}
	return false;
}

void
check_field_names(const SketchView *view, List *names)
{
	List	   *fields = NIL;
	ListCell   *lc;

	for (int i = 0; i < view->nfields && names != NIL; i++)
		fields = lappend(fields, unconstify(char *, view->fields[i].name));
	foreach(lc, names)
	{
		const char *guess;

		if (is_named(fields, lfirst(lc)))
			continue;
		guess = closest_word(lfirst(lc), fields);
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("the sketch has no field \"%s\"", (char *) lfirst(lc)),
				 guess ? errhint("Perhaps you meant \"%s\".", guess) : 0));
	}
}
