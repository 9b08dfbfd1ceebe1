/*
 * module.c
 *		The magic block, and what happens when the library is loaded.
 */
#include "postgres.h"

#include "common/compat.h"
#include "portrait/registry.h"

ICP_MODULE_MAGIC;

void		_PG_init(void);

void
_PG_init(void)
{
	registry_init();
}
