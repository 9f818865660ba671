// SPDX-License-Identifier: GPL-2.0-only
/*
 * ailing: a module that makes its kernel ill in the way that it is told, so
 * that the lab can be seen to notice.
 */
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/irqflags.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/string.h>

static char *how = "not at all";
module_param(how, charp, 0);
MODULE_PARM_DESC(how, "oops, bug, warn, lockup, stall, sleep; or, for a kernel of the lane debug, use-after-free, atomic, rcu, deadlock, dma");

static DEFINE_SPINLOCK(spin);
static DEFINE_MUTEX(first);
static DEFINE_MUTEX(second);

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

/* What only a kernel that looks sees: all of these end well by luck. */
static void use_after_free(void)
{
	int *gone = kmalloc(sizeof(*gone), GFP_KERNEL);

	if (!gone)
		return;
	kfree(gone);
	OPTIMIZER_HIDE_VAR(gone);
	WRITE_ONCE(*gone, 1);
}

static void sleep_in_atomic(void)
{
	spin_lock(&spin);
	might_sleep();
	spin_unlock(&spin);
}

static void sleep_in_rcu(void)
{
	rcu_read_lock();
	might_sleep();
	rcu_read_unlock();
}

static void lock_both_ways(void)
{
	mutex_lock(&first);
	mutex_lock(&second);
	mutex_unlock(&second);
	mutex_unlock(&first);

	mutex_lock(&second);
	mutex_lock(&first);
	mutex_unlock(&first);
	mutex_unlock(&second);
}

static void unmap_what_is_not_mapped(void)
{
	struct pci_dev *pdev = pci_get_device(PCI_ANY_ID, PCI_ANY_ID, NULL);

	if (!pdev)
		return;
	dma_unmap_page(&pdev->dev, 0x1000, PAGE_SIZE, DMA_TO_DEVICE);
	pci_dev_put(pdev);
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
	} else if (!strcmp(how, "use-after-free")) {
		use_after_free();
	} else if (!strcmp(how, "atomic")) {
		sleep_in_atomic();
	} else if (!strcmp(how, "rcu")) {
		sleep_in_rcu();
	} else if (!strcmp(how, "deadlock")) {
		lock_both_ways();
	} else if (!strcmp(how, "dma")) {
		unmap_what_is_not_mapped();
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
