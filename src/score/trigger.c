/*
 * trigger.c
 *		icp_score_trigger: keeps a stored score current.
 *
 * CREATE TRIGGER ... BEFORE INSERT OR UPDATE ON accounts FOR EACH ROW
 * EXECUTE FUNCTION icp_score_trigger('portrait', 'score column' [, 'tier column'])
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "common/compat.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "optimizer/optimizer.h"
#include "parser/parse_coerce.h"
#include "score/score.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

PG_FUNCTION_INFO_V1(icp_score_trigger);

/* A column that takes a result, with the cast to its type. */
typedef struct Target
{
	int			column;
	ExprState  *cast;
	ExprContext *context;
} Target;

typedef struct TriggerState
{
	void	   *call;			/* of evaluate_saved */
	text	   *portrait;
	bool		has_tier;
	Target		score;
	Target		tier;
} TriggerState;

static void
check_call(FunctionCallInfo fcinfo)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("icp_score_trigger: must be called as trigger")));
	if (!TRIGGER_FIRED_BEFORE(trigdata->tg_event) ||
		!TRIGGER_FIRED_FOR_ROW(trigdata->tg_event) ||
		!(TRIGGER_FIRED_BY_INSERT(trigdata->tg_event) ||
		  TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event)))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("icp_score_trigger: must be fired before insert or update, for each row")));
	if (trigdata->tg_trigger->tgnargs != 2 && trigdata->tg_trigger->tgnargs != 3)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("icp_score_trigger: needs the name of a saved portrait, a score column, and may have a tier column"),
				 errhint("EXECUTE FUNCTION icp_score_trigger('default', 'score', 'tier').")));
}

/* Finds the column, and the cast that an assignment of such a result makes. */
static void
set_target(Target *target, Relation relation, const char *name, Oid type)
{
	TupleDesc	tupdesc = RelationGetDescr(relation);
	CaseTestExpr *source = makeNode(CaseTestExpr);
	Form_pg_attribute attribute;
	const char *guess;
	Node	   *cast;

	target->column = SPI_fnumber(tupdesc, name);
	if (target->column <= 0)
	{
		guess = closest_column(tupdesc, name);
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("icp_score_trigger: column \"%s\" of relation \"%s\" does not exist",
						name, RelationGetRelationName(relation)),
				 guess ? errhint("Perhaps you meant \"%s\".", guess) : 0));
	}
	attribute = TupleDescAttr(tupdesc, target->column - 1);
	source->typeId = type;
	source->typeMod = -1;
	source->collation = get_typcollation(type);
	cast = coerce_to_target_type(NULL, (Node *) source, type,
								 attribute->atttypid, attribute->atttypmod,
								 COERCION_ASSIGNMENT, COERCE_IMPLICIT_CAST, -1);
	if (cast == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("icp_score_trigger: column \"%s\" is of type %s but the result is of type %s",
						name, format_type_be(attribute->atttypid), format_type_be(type))));
	target->cast = ExecInitExpr(expression_planner((Expr *) cast), NULL);
	target->context = CreateStandaloneExprContext();
}

static TriggerState *
trigger_state(FunctionCallInfo fcinfo)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	char	  **args = trigdata->tg_trigger->tgargs;
	TriggerState *state = fcinfo->flinfo->fn_extra;
	MemoryContext caller;

	if (state != NULL)
		return state;
	caller = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	state = palloc0(sizeof(TriggerState));
	state->portrait = cstring_to_text(args[0]);
	state->has_tier = trigdata->tg_trigger->tgnargs == 3;
	set_target(&state->score, trigdata->tg_relation, args[1], FLOAT8OID);
	if (state->has_tier)
		set_target(&state->tier, trigdata->tg_relation, args[2], TEXTOID);
	MemoryContextSwitchTo(caller);
	fcinfo->flinfo->fn_extra = state;
	return state;
}

static Datum
cast_result(Target *target, Datum value, bool *isnull)
{
	ResetExprContext(target->context);
	target->context->caseValue_datum = value;
	target->context->caseValue_isNull = *isnull;
	return ExecEvalExprSwitchContext(target->cast, target->context, isnull);
}

Datum
icp_score_trigger(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	TupleDesc	tupdesc;
	TriggerState *state;
	HeapTuple	tuple;
	Scorecard  *card;
	int			columns[2];
	Datum		values[2];
	bool		nulls[2];
	float8		score;

	check_call(fcinfo);
	tupdesc = RelationGetDescr(trigdata->tg_relation);
	state = trigger_state(fcinfo);
	tuple = TRIGGER_FIRED_BY_INSERT(trigdata->tg_event) ?
		trigdata->tg_trigtuple : trigdata->tg_newtuple;
	card = evaluate_saved(fcinfo->flinfo, &state->call, state->portrait,
						  DatumGetHeapTupleHeader(heap_copy_tuple_as_datum(tuple, tupdesc)));
	score = card_score(card, &nulls[0]);
	nulls[1] = nulls[0];
	values[0] = cast_result(&state->score, Float8GetDatum(score), &nulls[0]);
	columns[0] = state->score.column;
	if (state->has_tier)
	{
		values[1] = cast_result(&state->tier, nulls[1] ? (Datum) 0 : card_tier(card, score),
								&nulls[1]);
		columns[1] = state->tier.column;
	}
	return PointerGetDatum(heap_modify_tuple_by_cols(tuple, tupdesc, state->has_tier ? 2 : 1,
													 columns, values, nulls));
}
