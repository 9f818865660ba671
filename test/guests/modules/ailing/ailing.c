// SPDX-License-Identifier: GPL-2.0-only
/*
 * ailing: a module that makes its kernel ill in the way that it is told, so
 * that the lab can be seen to notice.
 */
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/irqflags.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/string.h>

static char *how = "not at all";
module_param(how, charp, 0);
MODULE_PARM_DESC(how, "oops, bug, warn, lockup, stall, sleep");

static void dereference_null(void)
{
	int *nothing = NULL;

	OPTIMIZER_HIDE_VAR(nothing);
	WRITE_ONCE(*nothing, 1);
}

static void spin_without_interrupts(void *unused)
{
	local_irq_disable();
	for (;;)
		cpu_relax();
}

static int __init ailing_init(void)
{
	if (!strcmp(how, "oops")) {
		dereference_null();
	} else if (!strcmp(how, "bug")) {
		BUG();
	} else if (!strcmp(how, "warn")) {
		WARN(1, "ailing, as it was told\n");
	} else if (!strcmp(how, "lockup")) {
		/* All CPUs: not one is left to beat the heart. */
		smp_call_function(spin_without_interrupts, NULL, 0);
		spin_without_interrupts(NULL);
	} else if (!strcmp(how, "stall")) {
		/* Long enough for the watchdog once its threshold is 1 s. */
		preempt_disable();
		mdelay(4000);
		preempt_enable();
	} else if (!strcmp(how, "sleep")) {
		/* Nobody will wake it. */
		set_current_state(TASK_UNINTERRUPTIBLE);
		schedule();
	}
	return 0;
}
module_init(ailing_init);

static void __exit ailing_exit(void)
{
}
module_exit(ailing_exit);

MODULE_DESCRIPTION("Makes its kernel ill on purpose");
MODULE_LICENSE("GPL");
