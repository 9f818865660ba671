// SPDX-License-Identifier: GPL-2.0-only
/* What only a kernel that looks sees: all of these end well by luck. */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "ailing.h"

static DEFINE_SPINLOCK(spin);
static DEFINE_SPINLOCK(other_spin);
static DEFINE_MUTEX(first);
static DEFINE_MUTEX(second);
static int __rcu *pointer;

static noinline int atomic(void)
{
	spin_lock(&spin);
	might_sleep();
	spin_unlock(&spin);
	return 0;
}

static noinline int schedule_atomic(void)
{
	preempt_disable();
	schedule();
	preempt_enable();
	return 0;
}

static noinline int rcu(void)
{
	rcu_read_lock();
	might_sleep();
	rcu_read_unlock();
	return 0;
}

static noinline int rcu_pointer(void)
{
	return rcu_dereference(pointer) ? -EBUSY : 0;
}

static noinline int deadlock(void)
{
	mutex_lock(&first);
	mutex_lock(&second);
	mutex_unlock(&second);
	mutex_unlock(&first);

	mutex_lock(&second);
	mutex_lock(&first);
	mutex_unlock(&first);
	mutex_unlock(&second);
	return 0;
}

static noinline int recursion(void)
{
	/* Of one class, for they are initialised on one line. */
	struct mutex locks[2];
	int i;

	for (i = 0; i < 2; i++)
		mutex_init(&locks[i]);
	mutex_lock(&locks[0]);
	mutex_lock(&locks[1]);
	mutex_unlock(&locks[1]);
	mutex_unlock(&locks[0]);
	return 0;
}

static void take_spin(void)
{
	spin_lock(&spin);
	spin_unlock(&spin);
}

static void take_other(void)
{
	spin_lock(&other_spin);
	spin_unlock(&other_spin);
}

static noinline void nest(void)
{
	unsigned long flags;

	spin_lock_irqsave(&spin, flags);
	spin_lock(&other_spin);
	spin_unlock(&other_spin);
	spin_unlock_irqrestore(&spin, flags);
}

static noinline int irq_state(void)
{
	take_spin();
	call_in_interrupt(take_spin);
	return 0;
}

static noinline int irq_inversion(void)
{
	take_other();
	nest();
	call_in_interrupt(take_spin);
	return 0;
}

static noinline int irq_order(void)
{
	take_other();
	call_in_interrupt(take_spin);
	nest();
	return 0;
}

static noinline int unbalanced(void)
{
#ifdef CONFIG_LOCKDEP
	static struct lock_class_key key;
	static struct lockdep_map map = STATIC_LOCKDEP_MAP_INIT("ailing_map", &key);

	lock_map_release(&map);
#endif
	return 0;
}

static noinline int freed_lock(void)
{
	struct mutex *lock = kmalloc(sizeof(*lock), GFP_KERNEL);

	if (!lock)
		return -ENOMEM;
	mutex_init(lock);
	mutex_lock(lock);
	kfree(lock);
	return 0;
}

/* The task goes back to user space with it. */
static noinline int kept_lock(void)
{
	mutex_lock(&first);
	return 0;
}

static noinline int no_lock(void)
{
	spinlock_t *lock = kzalloc(sizeof(*lock), GFP_KERNEL);

	if (!lock)
		return -ENOMEM;
	spin_lock(lock);
	spin_unlock(lock);
	kfree(lock);
	return 0;
}

static noinline int no_mutex(void)
{
	struct mutex *lock = kzalloc(sizeof(*lock), GFP_KERNEL);

	if (!lock)
		return -ENOMEM;
	mutex_lock(lock);
	return 0;
}

const struct illness lock_illnesses[] = {
	{ "atomic", atomic },
	{ "schedule-atomic", schedule_atomic },
	{ "rcu", rcu },
	{ "rcu-pointer", rcu_pointer },
	{ "deadlock", deadlock },
	{ "recursion", recursion },
	{ "irq-state", irq_state },
	{ "irq-inversion", irq_inversion },
	{ "irq-order", irq_order },
	{ "unbalanced", unbalanced },
	{ "freed-lock", freed_lock },
	{ "kept-lock", kept_lock },
	{ "no-lock", no_lock },
	{ "no-mutex", no_mutex },
	{ }
};
