// SPDX-License-Identifier: GPL-2.0-only
/* What takes a CPU or a task away for good, or for long. */
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/irqflags.h>
#include <linux/jiffies.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/workqueue.h>

#ifdef CONFIG_X86
#include <asm/irqflags.h>
#else
#include <asm/barrier.h>
#endif

#include "ailing.h"

static void spin_without_interrupts(void *unused)
{
	local_irq_disable();
	for (;;)
		cpu_relax();
}

/* All CPUs: not one is left to beat the heart. */
static int lockup(void)
{
	smp_call_function(spin_without_interrupts, NULL, 0);
	spin_without_interrupts(NULL);
	return 0;
}

static void halt_without_interrupts(void *unused)
{
	local_irq_disable();
	for (;;) {
#ifdef CONFIG_X86
		native_halt();
#else
		wfi();
#endif
	}
}

/* All CPUs sleep, and nothing will wake them. */
static int halt_all(void)
{
	smp_call_function(halt_without_interrupts, NULL, 0);
	halt_without_interrupts(NULL);
	return 0;
}

/* Long enough for the watchdog once its threshold is 1 s. */
static int stall(void)
{
	preempt_disable();
	mdelay(4000);
	preempt_enable();
	return 0;
}

/* Long enough for RCU, which waits for each CPU, at 3 s. */
static int rcu_stall(void)
{
	preempt_disable();
	mdelay(8000);
	preempt_enable();
	return 0;
}

/* The CPU itself cannot tell: another one has to. */
static int deaf(void)
{
	local_irq_disable();
	mdelay(8000);
	local_irq_enable();
	return 0;
}

static int sleep(void)
{
	/* Nobody will wake it. */
	set_current_state(TASK_UNINTERRUPTIBLE);
	schedule();
	return 0;
}

static void hog(struct work_struct *work)
{
	mdelay(8000);
}

static void wait_behind(struct work_struct *work)
{
}

static int workqueue(void)
{
	static DECLARE_WORK(first, hog);
	static DECLARE_WORK(second, wait_behind);

	schedule_work_on(0, &first);
	msleep(20);
	schedule_work_on(0, &second);
	flush_work(&second);
	return 0;
}

const struct illness hangs[] = {
	{ "halt", halt_all },
	{ "lockup", lockup },
	{ "stall", stall },
	{ "rcu-stall", rcu_stall },
	{ "deaf", deaf },
	{ "sleep", sleep },
	{ "workqueue", workqueue },
	{ }
};
