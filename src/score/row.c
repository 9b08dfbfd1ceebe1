/*
 * row.c
 *		Finds a portrait's fields in a row type or a JSON document, and reads
 *		them.
 *
 * A field is a column's name.  "attrs.intent" is the column of that very name
 * if there is one, else what is at "intent" in the column "attrs", which is
 * JSON or of a composite type.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/tupdesc.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "common/columns.h"
#include "common/compat.h"
#include "common/text.h"
#include "executor/executor.h"
#include "score/score.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

/* One way to split "a.b.c": the key before a dot, and the path after it. */
typedef struct DocumentPath
{
	int			key_length;
	Datum		keys;			/* text[] */
} DocumentPath;

struct RowShape
{
	int			nfields;
	FieldPlace *places;
	FieldType  *types;
	char	  **names;			/* of the fields, for documents */
	List	  **paths;			/* of DocumentPath, for names with dots */
	JsonbValue *json;			/* of the current document */
	TupleDesc	tupdesc;		/* of rows */
	Datum	   *values;			/* of all columns */
	bool	   *nulls;
	NullableDatum *fields;		/* what read_row and read_document return */
};

/* ---- finding ---- */

static int
find_column(TupleDesc tupdesc, const char *name, int length)
{
	for (int i = 0; i < tupdesc->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(tupdesc, i);

		if (!attribute->attisdropped &&
			strncmp(NameStr(attribute->attname), name, length) == 0 &&
			NameStr(attribute->attname)[length] == '\0')
			return i + 1;
	}
	return 0;
}

/* Everything between the dots, as text[]. */
static Datum
path_keys(const char *path)
{
	static const char *const empty[] = {""};

	/* of nothing, core makes an array of nothing */
	if (path[0] == '\0')
		return text_array(empty, 1);
	return DirectFunctionCall2Coll(text_to_array, C_COLLATION_OID,
								   CStringGetTextDatum(path),
								   CStringGetTextDatum("."));
}

static bool find_inside(FieldPlace *place, const char *path);

static bool
find_in_composite(FieldPlace *place, Oid type, const char *path)
{
	TupleDesc	tupdesc = lookup_rowtype_tupdesc_domain(type, -1, true);
	FieldPlace	inner = {0};
	bool		found = tupdesc != NULL && find_field(tupdesc, path, &inner);

	if (found)
	{
		place->attributes = lappend_int(place->attributes, inner.column);
		place->attributes = list_concat(place->attributes, inner.attributes);
		place->type = inner.type;
		place->collation = inner.collation;
		place->container = inner.container;
		place->keys = inner.keys;
	}
	if (tupdesc != NULL)
		ReleaseTupleDesc(tupdesc);
	return found;
}

/* Follows a path into the column that the place is at. */
static bool
find_inside(FieldPlace *place, const char *path)
{
	Oid			type = getBaseType(place->type);

	if (type == JSONBOID || type == JSONOID)
	{
		place->container = place->type = type;
		place->collation = InvalidOid;
		place->keys = path_keys(path);
		return true;
	}
	return type_is_rowtype(type) && type != RECORDOID &&
		find_in_composite(place, type, path);
}

/* The column of that very name, else the longest one that leads to the rest. */
bool
find_field(TupleDesc tupdesc, const char *field, FieldPlace *place)
{
	for (int length = strlen(field); length > 0; length--)
	{
		Form_pg_attribute attribute;
		int			column;

		if (field[length] != '\0' && field[length] != '.')
			continue;
		column = find_column(tupdesc, field, length);
		if (column == 0)
			continue;
		attribute = TupleDescAttr(tupdesc, column - 1);
		memset(place, 0, sizeof(FieldPlace));
		place->column = column;
		place->type = attribute->atttypid;
		place->collation = attribute->attcollation;
		if (field[length] == '\0' || find_inside(place, field + length + 1))
			return true;
	}
	return false;
}

/* The column that was probably meant, or NULL. */
const char *
closest_column(TupleDesc tupdesc, const char *name)
{
	List	   *names = NIL;

	for (int i = 0; i < tupdesc->natts; i++)
	{
		if (!TupleDescAttr(tupdesc, i)->attisdropped)
			names = lappend(names, NameStr(TupleDescAttr(tupdesc, i)->attname));
	}
	return closest_word(name, names);
}

static const char *
column_hint(TupleDesc tupdesc, const char *field)
{
	const char *guess = closest_column(tupdesc, field);

	if (tupdesc->tdtypeid == RECORDOID && find_column(tupdesc, "f1", 2) > 0)
		return "ROW(...) has no column names; name them in a subquery, or pass a table's row.";
	if (guess != NULL)
		return psprintf("Perhaps you meant \"%s\".", guess);
	return "Fields are column names exactly as they are; \"absent\": \"missing\" in the portrait lets rows lack some.";
}

pg_noreturn static void
no_such_field(const Portrait *portrait, TupleDesc tupdesc, const char *field)
{
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_COLUMN),
			 errmsg("field \"%s\" of the portrait%s is not in row type %s", field,
					portrait->title ? psprintf(" \"%s\"", portrait->title) : "",
					format_type_be(tupdesc->tdtypeid)),
			 errhint("%s", column_hint(tupdesc, field))));
}

/* ---- shapes ---- */

static RowShape *
make_shape(const Portrait *portrait)
{
	RowShape   *shape = palloc0(sizeof(RowShape));
	int			n = Max(list_length(portrait->fields), 1);
	ListCell   *lc;

	shape->nfields = list_length(portrait->fields);
	shape->places = palloc0(sizeof(FieldPlace) * n);
	shape->types = palloc0(sizeof(FieldType) * n);
	shape->names = palloc0(sizeof(char *) * n);
	shape->fields = palloc0(sizeof(NullableDatum) * n);
	foreach(lc, portrait->fields)
		shape->names[foreach_current_index(lc)] = lfirst(lc);
	return shape;
}

/* The tuple descriptor must live as long as the shape. */
RowShape *
row_shape(const Portrait *portrait, TupleDesc tupdesc)
{
	RowShape   *shape = make_shape(portrait);
	bool		found = false;

	shape->tupdesc = tupdesc;
	shape->values = palloc(sizeof(Datum) * Max(tupdesc->natts, 1));
	shape->nulls = palloc(sizeof(bool) * Max(tupdesc->natts, 1));
	for (int i = 0; i < shape->nfields; i++)
	{
		FieldPlace *place = &shape->places[i];

		if (find_field(tupdesc, shape->names[i], place))
		{
			shape->types[i].type = place->type;
			shape->types[i].collation = place->collation;
			found = true;
		}
		else if (!portrait->absent_is_missing)
			no_such_field(portrait, tupdesc, shape->names[i]);
		else
			memset(place, 0, sizeof(FieldPlace));
	}
	/* all that is absent may be missing, but not because names were lost on the way */
	if (!found && shape->nfields > 0 && lacks_names(tupdesc))
		refuse_row_without_names();
	return shape;
}

/* Documents need not have every key: what is not there is missing. */
RowShape *
document_shape(const Portrait *portrait)
{
	RowShape   *shape = make_shape(portrait);

	shape->paths = palloc0(sizeof(List *) * Max(shape->nfields, 1));
	shape->json = palloc0(sizeof(JsonbValue) * Max(shape->nfields, 1));
	for (int i = 0; i < shape->nfields; i++)
	{
		shape->types[i].type = JSONBOID;
		shape->types[i].in_document = true;
		for (int length = strlen(shape->names[i]) - 1; length > 0; length--)
		{
			DocumentPath *path;

			if (shape->names[i][length] != '.')
				continue;
			path = palloc(sizeof(DocumentPath));
			path->key_length = length;
			path->keys = path_keys(shape->names[i] + length + 1);
			shape->paths[i] = lappend(shape->paths[i], path);
		}
	}
	return shape;
}

const FieldType *
shape_fields(const RowShape *shape)
{
	return shape->types;
}

/* ---- reading ---- */

/* What core's #> returns, which the planner's rewrite calls too. */
static void
extract_json(PGFunction function, Datum json, Datum keys, NullableDatum *result)
{
	LOCAL_FCINFO(fcinfo, 2);

	InitFunctionCallInfoData(*fcinfo, NULL, 2, InvalidOid, NULL, NULL);
	fcinfo->args[0].value = json;
	fcinfo->args[0].isnull = false;
	fcinfo->args[1].value = keys;
	fcinfo->args[1].isnull = false;
	result->value = function(fcinfo);
	result->isnull = fcinfo->isnull;
}

static void
follow_path(const FieldPlace *place, NullableDatum *field)
{
	ListCell   *lc;

	foreach(lc, place->attributes)
	{
		if (field->isnull)
			return;
		field->value = GetAttributeByNum(DatumGetHeapTupleHeader(field->value),
										 lfirst_int(lc), &field->isnull);
	}
	if (!field->isnull && OidIsValid(place->container))
		extract_json(place->container == JSONBOID ? jsonb_extract_path : json_extract_path,
					 field->value, place->keys, field);
}

const NullableDatum *
read_row(RowShape *shape, HeapTupleHeader row)
{
	HeapTupleData tuple;

	tuple.t_len = HeapTupleHeaderGetDatumLength(row);
	ItemPointerSetInvalid(&tuple.t_self);
	tuple.t_tableOid = InvalidOid;
	tuple.t_data = row;
	/* checks, where the server does, that the row is of this version of its type */
	heap_deform_tuple(&tuple, shape->tupdesc, shape->values, shape->nulls);
	for (int i = 0; i < shape->nfields; i++)
	{
		const FieldPlace *place = &shape->places[i];
		NullableDatum *field = &shape->fields[i];

		field->isnull = place->column == 0 || shape->nulls[place->column - 1];
		if (field->isnull)
			continue;
		field->value = shape->values[place->column - 1];
		follow_path(place, field);
	}
	return shape->fields;
}

/*
 * The longest key that leads to the rest, as find_field does with columns.
 * False if there is nothing.
 */
static bool
read_document_path(Jsonb *document, const char *name, List *paths,
				   JsonbValue *result)
{
	ListCell   *lc;

	foreach(lc, paths)
	{
		DocumentPath *path = lfirst(lc);
		NullableDatum inner;

		if (getKeyJsonValueFromContainer(&document->root, name,
										 path->key_length, result) == NULL ||
			result->type != jbvBinary)
			continue;
		extract_json(jsonb_extract_path, JsonbPGetDatum(JsonbValueToJsonb(result)),
					 path->keys, &inner);
		if (!inner.isnull)
			JsonbToJsonbValue(DatumGetJsonbP(inner.value), result);
		return !inner.isnull;
	}
	return false;
}

const NullableDatum *
read_document(RowShape *shape, Jsonb *document)
{
	if (!JB_ROOT_IS_OBJECT(document))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("cannot score a JSON document that is not an object")));
	for (int i = 0; i < shape->nfields; i++)
	{
		JsonbValue *json = &shape->json[i];

		shape->fields[i].value = PointerGetDatum(json);
		shape->fields[i].isnull =
			getKeyJsonValueFromContainer(&document->root, shape->names[i],
										 strlen(shape->names[i]), json) == NULL &&
			!read_document_path(document, shape->names[i], shape->paths[i], json);
	}
	return shape->fields;
}
