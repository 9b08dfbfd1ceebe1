/*
 * module.c
 *		The magic block, and what happens when the library is loaded.
 */
#include "postgres.h"

#include "fmgr.h"
#include "portrait/registry.h"

#if PG_VERSION_NUM >= 180000
PG_MODULE_MAGIC_EXT(.name = "icp_portrait", .version = ICP_PORTRAIT_VERSION);
#else
PG_MODULE_MAGIC;
#endif

void		_PG_init(void);

void
_PG_init(void)
{
	registry_init();
}
