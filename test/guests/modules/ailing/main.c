// SPDX-License-Identifier: GPL-2.0-only
/*
 * ailing: a module that makes its kernel ill in the way that it is told, so
 * that the lab can be seen to notice.
 */
#include <linux/module.h>
#include <linux/string.h>

#include "ailing.h"

static char *how = "not at all";
module_param(how, charp, 0);
MODULE_PARM_DESC(how, "the name of an illness, as the tables in its files have it");

static const struct illness *const tables[] = {
	dma_illnesses, faults, hangs, lock_illnesses, memory_illnesses,
};

static int __init ailing_init(void)
{
	const struct illness *illness;
	int i;

	if (!strcmp(how, "not at all"))
		return 0;
	/* What the lab's own tests have always named by this function. */
	if (!strcmp(how, "warn")) {
		WARN(1, "ailing, as it was told\n");
		return 0;
	}
	for (i = 0; i < ARRAY_SIZE(tables); i++) {
		for (illness = tables[i]; illness->name; illness++) {
			if (!strcmp(how, illness->name))
				return illness->catch();
		}
	}
	return -EINVAL;
}
module_init(ailing_init);

static void __exit ailing_exit(void)
{
}
module_exit(ailing_exit);

MODULE_DESCRIPTION("Makes its kernel ill on purpose");
MODULE_LICENSE("GPL");
