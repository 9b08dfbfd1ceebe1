/*
 * fuzz.c
 *		Feeds changed values to the functions that read values of a type.
 *
 * A module for tests only.  It runs inside of a server, because what it tests
 * does, but without a message and a statement for each value.
 *
 *	fuzz_values(type, seeds, runs, seed, as_text, fail_allocations, uses)
 *		changes one of the seeds, reads it, and, if it is accepted, writes and
 *		reads it again, which has to give the same bytes, and runs one of the
 *		queries uses with it as $1.  What is refused must be refused by an error of the
 *		classes that users get.
 *	fuzz_same(bytea)
 *		those bytes; declared to return another type, bytes that no input
 *		function of that type has seen, as damaged storage has them
 *
 * Each value is read in a memory context that takes every chunk from malloc(),
 * where AddressSanitizer sees one byte too many, and which can be made to fail.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "common/pg_prng.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "lib/ilist.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/memnodes.h"
#include "portability/instr_time.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

PG_MODULE_MAGIC;

PG_FUNCTION_INFO_V1(fuzz_values);
PG_FUNCTION_INFO_V1(fuzz_same);

#define MAX_LENGTH (1 << 20)

/* ---- a memory context over malloc ---- */

typedef struct HeapContext
{
	MemoryContextData header;
	dlist_head	chunks;
	int64		fail_at;		/* this allocation fails; 0: none */
	int64		allocations;
} HeapContext;

/* In front of each chunk; PostgreSQL 15 finds the context right before it. */
typedef struct HeapChunk
{
	dlist_node	node;
	Size		size;
	MemoryContext context;
} HeapChunk;

#if PG_VERSION_NUM < 160000

static void *
heap_alloc(MemoryContext context, Size size)
{
	HeapContext *heap = (HeapContext *) context;
	HeapChunk  *chunk;

	if (++heap->allocations == heap->fail_at)
		return NULL;
	chunk = malloc(sizeof(HeapChunk) + size);
	if (chunk == NULL)
		return NULL;
	chunk->size = size;
	chunk->context = context;
	dlist_push_tail(&heap->chunks, &chunk->node);
	context->mem_allocated += size;
	return chunk + 1;
}

static void
heap_free(MemoryContext context, void *pointer)
{
	HeapChunk  *chunk = (HeapChunk *) pointer - 1;

	context->mem_allocated -= chunk->size;
	dlist_delete(&chunk->node);
	free(chunk);
}

static void *
heap_realloc(MemoryContext context, void *pointer, Size size)
{
	Size		old = ((HeapChunk *) pointer - 1)->size;
	void	   *result = heap_alloc(context, size);

	if (result == NULL)
		return NULL;
	memcpy(result, pointer, Min(old, size));
	heap_free(context, pointer);
	return result;
}

static void
heap_reset(MemoryContext context)
{
	HeapContext *heap = (HeapContext *) context;
	dlist_mutable_iter iter;

	dlist_foreach_modify(iter, &heap->chunks)
		heap_free(context, dlist_container(HeapChunk, node, iter.cur) + 1);
}

static void
heap_delete(MemoryContext context)
{
	heap_reset(context);
	free(context);
}

static Size
heap_chunk_space(MemoryContext context, void *pointer)
{
	(void) context;
	return sizeof(HeapChunk) + ((HeapChunk *) pointer - 1)->size;
}

static bool
heap_is_empty(MemoryContext context)
{
	return dlist_is_empty(&((HeapContext *) context)->chunks);
}

static void
heap_stats(MemoryContext context, MemoryStatsPrintFunc print, void *passthru,
		   MemoryContextCounters *totals, bool to_stderr)
{
	(void) print;
	(void) passthru;
	(void) to_stderr;
	if (totals)
		totals->totalspace += context->mem_allocated;
}

#ifdef MEMORY_CONTEXT_CHECKING
static void
heap_check(MemoryContext context)
{
	(void) context;
}
#endif

static const MemoryContextMethods heap_methods = {
	.alloc = heap_alloc,
	.free_p = heap_free,
	.realloc = heap_realloc,
	.reset = heap_reset,
	.delete_context = heap_delete,
	.get_chunk_space = heap_chunk_space,
	.is_empty = heap_is_empty,
	.stats = heap_stats,
#ifdef MEMORY_CONTEXT_CHECKING
	.check = heap_check,
#endif
};

static MemoryContext
make_context(void)
{
	HeapContext *heap = calloc(1, sizeof(HeapContext));

	dlist_init(&heap->chunks);
	MemoryContextCreate((MemoryContext) heap, T_AllocSetContext, &heap_methods,
						CurrentMemoryContext, "fuzz");
	return (MemoryContext) heap;
}

static void
fail_at(MemoryContext context, int64 n)
{
	((HeapContext *) context)->allocations = 0;
	((HeapContext *) context)->fail_at = n;
}

#else
#error "the memory context over malloc is written for PostgreSQL 15"
#endif

/* ---- changes ---- */

typedef struct Mutant
{
	char	   *bytes;
	int			length;
	bool		is_text;
	pg_prng_state random;
} Mutant;

static uint32
below(Mutant *mutant, uint32 n)
{
	return n == 0 ? 0 : (uint32) (pg_prng_uint64(&mutant->random) % n);
}

static void
insert_bytes(Mutant *mutant, int at, const char *bytes, int n)
{
	if (mutant->length + n > MAX_LENGTH)
		return;
	memmove(mutant->bytes + at + n, mutant->bytes + at, mutant->length - at);
	memmove(mutant->bytes + at, bytes, n);
	mutant->length += n;
}

static void
remove_bytes(Mutant *mutant, int at, int n)
{
	memmove(mutant->bytes + at, mutant->bytes + at + n, mutant->length - at - n);
	mutant->length -= n;
}

/* A number at the edge of something, in either byte order. */
static void
put_number(Mutant *mutant)
{
	static const uint64 numbers[] = {
		0, 1, 2, 3, 127, 128, 255, 256, 1023, 1600, 32767, 32768, 65535, 65536,
		0x7ffffffe, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff, 0x100000000,
		0x3fffffff, 0x40000000, 0x7ff0000000000000, 0x7ff8000000000000,
		0x7fffffffffffffff, 0x8000000000000000, 0xffffffffffffffff
	};
	uint64		number = numbers[below(mutant, lengthof(numbers))];
	int			size = 1 << below(mutant, 4);
	int			at;

	if (mutant->length < size)
		return;
	at = below(mutant, mutant->length - size + 1);
	if (below(mutant, 4) > 0)
		at -= at % size;
	for (int i = 0; i < size; i++)
		mutant->bytes[at + i] = (char) (number >> (8 * i));
}

/* A little more or less than what stands there. */
static void
add_little(Mutant *mutant)
{
	int			size = 1 << below(mutant, 4);
	uint64		number = 0;
	int			at;

	if (mutant->length < size)
		return;
	at = below(mutant, mutant->length - size + 1);
	memcpy(&number, mutant->bytes + at, size);	/* little-endian */
	number += below(mutant, 33);
	number -= 16;
	memcpy(mutant->bytes + at, &number, size);
}

static void
put_token(Mutant *mutant)
{
	static const char *const tokens[] = {
		"{", "}", "[", "]", "\"", ",", ":", "null", "true", "0", "-1", "1e400", "1e-400", "NaN", "\"Infinity\"",
		"99999999999999999999", "0.0000001", "\\u0000", "\\ud800", "\xc3\xa9", "\xe4\xb8\xad", "\"points\":", "\"range\":",
		"\"[1,2)\"", "\"(,)\"", "\"field\":", "\"all\":[", "\"any\":[", "\"not\":{", "\"in\":[", "\"missing\":true",
		"\"otherwise\":true", "\"like\":\"%\"", "\"within\":\"1 day\"", "\"infinity\"", "\"2024-02-30\"", "\"as\":\"number\""
	};
	const char *token = tokens[below(mutant, lengthof(tokens))];

	insert_bytes(mutant, below(mutant, mutant->length + 1), token, strlen(token));
}

static void
copy_chunk(Mutant *mutant)
{
	int			n = 1 + below(mutant, Min(mutant->length, 64));
	char		chunk[64];

	if (mutant->length < n)
		return;
	memcpy(chunk, mutant->bytes + below(mutant, mutant->length - n + 1), n);
	if (below(mutant, 2) == 0)
		memcpy(mutant->bytes + below(mutant, mutant->length - n + 1), chunk, n);
	else
		insert_bytes(mutant, below(mutant, mutant->length + 1), chunk, n);
}

static void
remove_some(Mutant *mutant)
{
	int			at = below(mutant, mutant->length);

	remove_bytes(mutant, at, 1 + below(mutant, Min(mutant->length - at, 16)));
}

static void
mutate(Mutant *mutant)
{
	uint32		kind = below(mutant, mutant->is_text ? 10 : 9);

	if (kind == 9)
		put_token(mutant);
	else if (mutant->length == 0)
		insert_bytes(mutant, 0, "", 1);
	else if (kind <= 1)
		mutant->bytes[below(mutant, mutant->length)] ^= (char) (1 << below(mutant, 8));
	else if (kind == 2)
		mutant->bytes[below(mutant, mutant->length)] = (char) below(mutant, 256);
	else if (kind <= 4)
		put_number(mutant);
	else if (kind == 5)
		add_little(mutant);
	else if (kind == 6)
		copy_chunk(mutant);
	else if (kind == 7)
		remove_some(mutant);
	else
		mutant->length = below(mutant, mutant->length);
}

/* The server lets no text in that is not valid in its encoding. */
static void
make_valid(Mutant *mutant)
{
	int			n = 0;

	for (;;)
	{
		n += pg_encoding_verifymbstr(GetDatabaseEncoding(), mutant->bytes + n, mutant->length - n);
		if (n >= mutant->length)
			break;
		mutant->bytes[n] = '?';
	}
}

/* ---- reading ---- */

typedef struct Reading
{
	FmgrInfo	in;
	FmgrInfo	out;
	FmgrInfo	receive;
	FmgrInfo	send;
	Oid			ioparam;
	bool		as_text;
	Oid			type;
	Datum	   *uses;			/* queries of the accepted */
	SPIPlanPtr *plans;
	int			nuses;
	int64		accepted;
	int64		used;			/* queries that gave a result */
	int64		refused;
	int64		out_of_memory;
	double		slowest;		/* ms */
} Reading;

static Datum
read_text(Reading *reading, const char *bytes, int length)
{
	char	   *text = palloc(length + 1);

	memcpy(text, bytes, length);
	text[length] = '\0';
	return InputFunctionCall(&reading->in, text, reading->ioparam, -1);
}

static Datum
read_binary(Reading *reading, const char *bytes, int length)
{
	StringInfoData buffer;

	/* a copy of just this size, so that one byte too many is seen */
	buffer.data = palloc(length + 1);
	memcpy(buffer.data, bytes, length);
	buffer.data[length] = '\0';
	buffer.len = length;
	buffer.maxlen = length + 1;
	buffer.cursor = 0;
	return ReceiveFunctionCall(&reading->receive, &buffer, reading->ioparam, -1);
}

/* What was accepted has to be the same after a round trip, through bytes and through text. */
static void
check_round_trips(Reading *reading, Datum value)
{
	bytea	   *sent = SendFunctionCall(&reading->send, value);
	char	   *text = OutputFunctionCall(&reading->out, value);

	for (int form = 0; form < 2; form++)
	{
		Datum		again = form == 0 ? read_binary(reading, VARDATA(sent), VARSIZE(sent) - VARHDRSZ) :
			read_text(reading, text, strlen(text));
		bytea	   *second = SendFunctionCall(&reading->send, again);

		if (VARSIZE(sent) != VARSIZE(second) || memcmp(sent, second, VARSIZE(sent)) != 0)
			elog(ERROR, "an accepted value changed in a round trip through %s", form == 0 ? "bytes" : "text");
	}
}

/* Invalid data, wrong arguments, limits, and what is not supported; but no internal error. */
static bool
is_for_users(int sqlstate)
{
	switch (ERRCODE_TO_CATEGORY(sqlstate))
	{
		case ERRCODE_DATA_EXCEPTION:
		case ERRCODE_TO_CATEGORY(ERRCODE_SYNTAX_ERROR):
		case ERRCODE_PROGRAM_LIMIT_EXCEEDED:
		case ERRCODE_FEATURE_NOT_SUPPORTED:
			return true;
		default:
			return false;
	}
}

/* In a catch block: counts an error that users may get, and passes on others. */
static void
take_error(Reading *reading, const Mutant *mutant, const char *doing)
{
	int			sqlstate = geterrcode();

	if (sqlstate == ERRCODE_OUT_OF_MEMORY)
		reading->out_of_memory++;
	else if (is_for_users(sqlstate) ||
			 sqlstate == ERRCODE_PROTOCOL_VIOLATION ||	/* as core says of bytes that end too early */
			 (sqlstate == ERRCODE_DATA_CORRUPTED && reading->type == BYTEAOID))	/* what no input function has seen */
		reading->refused++;
	else
	{
		errcontext("%s \\x%s", doing,
				   TextDatumGetCString(DirectFunctionCall2(binary_encode,
														   PointerGetDatum(cstring_to_text_with_len(mutant->bytes, mutant->length)),
														   CStringGetTextDatum("hex"))));
		PG_RE_THROW();
	}
	FlushErrorState();
}

/* Zero where it is refused. */
static Datum
read_mutant(Reading *reading, const Mutant *mutant, MemoryContext context)
{
	MemoryContext caller = MemoryContextSwitchTo(context);
	volatile Datum result = (Datum) 0;

	PG_TRY();
	{
		result = reading->as_text ? read_text(reading, mutant->bytes, mutant->length) :
			read_binary(reading, mutant->bytes, mutant->length);
		check_round_trips(reading, result);
		reading->accepted++;
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(caller);
		result = (Datum) 0;
		take_error(reading, mutant, "reading");
	}
	PG_END_TRY();
	MemoryContextSwitchTo(caller);
	return result;
}

/* Mostly by a plan that is there; at times by one that has the value as a constant, which the planner looks at. */
static int
run_query(Reading *reading, int i, Datum value, bool as_constant)
{
	if (as_constant)
		return SPI_execute_with_args(TextDatumGetCString(reading->uses[i]), 1, &reading->type, &value, NULL, false, 0);
	return SPI_execute_plan(reading->plans[i], &value, NULL, false, 0);
}

/* What was accepted is safe to use: a query of it may fail, but no more. */
static void
use_value(Reading *reading, Mutant *mutant, int i, Datum value)
{
	MemoryContext caller = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;

	BeginInternalSubTransaction(NULL);
	PG_TRY();
	{
		if (run_query(reading, i, value, below(mutant, 32) == 0) < 0)
			elog(ERROR, "the query cannot be run");
		reading->used++;
		SPI_freetuptable(SPI_tuptable);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(caller);
		take_error(reading, mutant, "using");
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(caller);
	CurrentResourceOwner = owner;
}

static void
take_seed(Mutant *mutant, ArrayType *seeds)
{
	Datum	   *elements;
	int			n;
	bytea	   *chosen;

	deconstruct_array(seeds, BYTEAOID, -1, false, TYPALIGN_INT, &elements, NULL, &n);
	chosen = DatumGetByteaPP(elements[below(mutant, n)]);
	mutant->length = Min(VARSIZE_ANY_EXHDR(chosen), MAX_LENGTH);
	memcpy(mutant->bytes, VARDATA_ANY(chosen), mutant->length);
}

/* Every allocation of reading the value fails, one after another. */
static void
fail_each(Reading *reading, const Mutant *mutant, MemoryContext context)
{
	int64		before;
	int64		n = 0;

	do
	{
		CHECK_FOR_INTERRUPTS();
		before = reading->out_of_memory;
		fail_at(context, ++n);
		(void) read_mutant(reading, mutant, context);
		MemoryContextReset(context);
	} while (reading->out_of_memory > before);
	fail_at(context, 0);
}

static void
start_reading(Reading *reading)
{
	Oid			function;
	bool		varlena;

	getTypeInputInfo(reading->type, &function, &reading->ioparam);
	fmgr_info(function, &reading->in);
	getTypeBinaryInputInfo(reading->type, &function, &reading->ioparam);
	fmgr_info(function, &reading->receive);
	getTypeOutputInfo(reading->type, &function, &varlena);
	fmgr_info(function, &reading->out);
	getTypeBinaryOutputInfo(reading->type, &function, &varlena);
	fmgr_info(function, &reading->send);
	reading->plans = palloc(sizeof(SPIPlanPtr) * (reading->nuses + 1));
	for (int i = 0; i < reading->nuses; i++)
	{
		reading->plans[i] = SPI_prepare_cursor(TextDatumGetCString(reading->uses[i]), 1, &reading->type, CURSOR_OPT_GENERIC_PLAN);
		if (reading->plans[i] == NULL)
			elog(ERROR, "the query cannot be prepared");
	}
}

static void
run_once(Reading *reading, Mutant *mutant, MemoryContext context)
{
	instr_time	start,
				end;
	Datum		value;

	INSTR_TIME_SET_CURRENT(start);
	value = read_mutant(reading, mutant, context);
	if (value != (Datum) 0 && reading->nuses > 0)
		use_value(reading, mutant, (int) below(mutant, reading->nuses), value);
	INSTR_TIME_SET_CURRENT(end);
	INSTR_TIME_SUBTRACT(end, start);
	reading->slowest = Max(reading->slowest, INSTR_TIME_GET_MILLISEC(end));
}

static void
run_all(Reading *reading, Mutant *mutant, ArrayType *seeds, int64 runs, bool fail_allocations)
{
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "fuzz scratch", ALLOCSET_DEFAULT_SIZES);
	MemoryContext context = make_context();
	MemoryContext caller = MemoryContextSwitchTo(scratch);

	for (int64 i = 0; i < runs; i++)
	{
		CHECK_FOR_INTERRUPTS();
		take_seed(mutant, seeds);
		/* some as they are, so that what reads them is known to be reached */
		for (uint32 n = i == 0 || below(mutant, fail_allocations ? 2 : 16) == 0 ? 0 : 1 + below(mutant, 4); n > 0; n--)
			mutate(mutant);
		if (reading->as_text)
			make_valid(mutant);
		if (fail_allocations)
			fail_each(reading, mutant, context);
		else
			run_once(reading, mutant, context);
		MemoryContextReset(context);
		MemoryContextReset(scratch);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	MemoryContextDelete(scratch);
}

Datum
fuzz_values(PG_FUNCTION_ARGS)
{
	int64		runs = PG_GETARG_INT64(2);
	Reading		reading = {.type = PG_GETARG_OID(0), .as_text = PG_GETARG_BOOL(4)};
	Mutant		mutant = {.is_text = reading.as_text, .bytes = palloc(MAX_LENGTH + 128)};
	TupleDesc	tupdesc;
	Datum		values[6];
	bool		nulls[6] = {0};

	if (get_call_result_type(fcinfo, NULL, &tupdesc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "fuzz_values returns a record");
	pg_prng_seed(&mutant.random, PG_GETARG_INT64(3));
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(6), TEXTOID, -1, false, TYPALIGN_INT, &reading.uses, NULL, &reading.nuses);
	SPI_connect();
	start_reading(&reading);
	run_all(&reading, &mutant, PG_GETARG_ARRAYTYPE_P(1), runs, PG_GETARG_BOOL(5));
	SPI_finish();
	values[0] = Int64GetDatum(runs);
	values[1] = Int64GetDatum(reading.accepted);
	values[2] = Int64GetDatum(reading.refused);
	values[3] = Int64GetDatum(reading.out_of_memory);
	values[4] = Int64GetDatum(reading.used);
	values[5] = Float8GetDatum(reading.slowest);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(tupdesc), values, nulls)));
}

Datum
fuzz_same(PG_FUNCTION_ARGS)
{
	PG_RETURN_BYTEA_P(PG_GETARG_BYTEA_P_COPY(0));
}
