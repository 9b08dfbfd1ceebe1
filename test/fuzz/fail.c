/*
 * fail.c
 *		Makes one allocation of a backend fail, whoever asks for it.
 *
 *	fail_allocation(n)		the n-th from now on
 *	allocation_failed()		whether it has; and none fails any more
 *	memory_used()			what lies in all memory contexts of the backend
 *
 * The methods of ordinary memory contexts are one constant of the server, which
 * is changed in place: so what the server allocates for us can fail as well.
 */
#include "postgres.h"

#include <sys/mman.h>
#include <unistd.h>

#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/memnodes.h"
#include "utils/memutils.h"

PG_FUNCTION_INFO_V1(fail_allocation);
PG_FUNCTION_INFO_V1(allocation_failed);
PG_FUNCTION_INFO_V1(memory_used);

static MemoryContextMethods real;
static int64 left;				/* until one fails; 0: none does */
static bool failed;

/*
 * Not for what outlives transactions: the server's own locks and caches.  When
 * memory is out there, PostgreSQL 15 itself can crash: LockAcquireExtended()
 * leaves a lock without its list of owners behind, and uses it the next time.
 */
static bool
is_lasting(MemoryContext context)
{
	for (; context != TopMemoryContext; context = context->parent)
	{
		if (context == TopTransactionContext || context == MessageContext || context == PortalContext ||
			context->parent == NULL)
			return false;
	}
	return true;
}

static bool
is_this(MemoryContext context)
{
	/* what reports the failure needs memory too */
	if (left == 0 || context == ErrorContext || CritSectionCount > 0 || is_lasting(context) || --left > 0)
		return false;
	failed = true;
	return true;
}

static void *
failing_alloc(MemoryContext context, Size size)
{
	return is_this(context) ? NULL : real.alloc(context, size);
}

static void *
failing_realloc(MemoryContext context, void *pointer, Size size)
{
	return is_this(context) ? NULL : real.realloc(context, pointer, size);
}

/* The server prints these of every context when memory is out, which is not worth a gigabyte of log. */
static void
quiet_stats(MemoryContext context, MemoryStatsPrintFunc print, void *passthru,
			MemoryContextCounters *totals, bool to_stderr)
{
	if (!failed)
		real.stats(context, print, passthru, totals, to_stderr);
}

static void
change_methods(void)
{
	MemoryContextMethods *methods = unconstify(MemoryContextMethods *, TopMemoryContext->methods);
	uintptr_t	page = (uintptr_t) sysconf(_SC_PAGESIZE);
	char	   *begin = (char *) ((uintptr_t) methods & ~(page - 1));

	if (mprotect(begin, (char *) (methods + 1) - begin, PROT_READ | PROT_WRITE) != 0)
		elog(ERROR, "the methods of memory contexts cannot be changed: %m");
	real = *methods;
	methods->alloc = failing_alloc;
	methods->realloc = failing_realloc;
	methods->stats = quiet_stats;
}

Datum
fail_allocation(PG_FUNCTION_ARGS)
{
	if (real.alloc == NULL)
		change_methods();
	failed = false;
	left = PG_GETARG_INT64(0);
	PG_RETURN_VOID();
}

Datum
allocation_failed(PG_FUNCTION_ARGS)
{
	bool		result = failed;

	(void) fcinfo;
	failed = false;
	left = 0;
	PG_RETURN_BOOL(result);
}

static void
add_used(MemoryContext context, MemoryContextCounters *totals)
{
	context->methods->stats(context, NULL, NULL, totals, false);
	for (MemoryContext child = context->firstchild; child; child = child->nextchild)
		add_used(child, totals);
}

Datum
memory_used(PG_FUNCTION_ARGS)
{
	MemoryContextCounters totals = {0};

	(void) fcinfo;
	add_used(TopMemoryContext, &totals);
	PG_RETURN_INT64((int64) (totals.totalspace - totals.freespace));
}
