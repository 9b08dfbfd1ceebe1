/*
 * module.c
 *		The magic block, and what happens when the library is loaded.
 */
#include "postgres.h"

#include "common/compat.h"
#include "common/stamp.h"
#include "portrait/registry.h"
#include "sketch/sketch.h"
#include "utils/guc.h"

ICP_MODULE_MAGIC;

void		_PG_init(void);

void
_PG_init(void)
{
	stamp_init();
	registry_init();
	define_sketch_settings();
	MarkGUCPrefixReserved("icp_portrait");
}
