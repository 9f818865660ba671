// SPDX-License-Identifier: GPL-2.0-only
/* What a CPU traps. */
#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/panic.h>
#include <linux/pgtable.h>

#include "ailing.h"

static noinline int oops(void)
{
	int *nothing = NULL;

	OPTIMIZER_HIDE_VAR(nothing);
	WRITE_ONCE(*nothing, 1);
	return 0;
}

static void dereference_null(void)
{
	oops();
}

static int interrupt_oops(void)
{
	call_in_interrupt(dereference_null);
	return 0;
}

static noinline int bug(void)
{
	BUG();
}

static noinline int wild_address(void)
{
	int *wild = (int *)0xdead000000000100UL;

	OPTIMIZER_HIDE_VAR(wild);
	return READ_ONCE(*wild) == 1 ? -EINVAL : 0;
}

static noinline int bad_address(void)
{
	int *bad = (int *)(VMALLOC_END - 16 * PAGE_SIZE);

	OPTIMIZER_HIDE_VAR(bad);
	return READ_ONCE(*bad) == 1 ? -EINVAL : 0;
}

static noinline int user_address(void)
{
	int *user = (int *)0x12345000UL;

	OPTIMIZER_HIDE_VAR(user);
	return READ_ONCE(*user) == 1 ? -EINVAL : 0;
}

static noinline int call_null(void)
{
	int (*nothing)(void) = NULL;

	OPTIMIZER_HIDE_VAR(nothing);
	return nothing() + 1;
}

static noinline int divide(void)
{
	int zero = 0, one = 1;

	OPTIMIZER_HIDE_VAR(zero);
	OPTIMIZER_HIDE_VAR(one);
	return one / zero;
}

/* Not a tail call, and not one that the compiler may turn into a loop. */
static noinline int recurse(int depth)
{
	char room[512];

	OPTIMIZER_HIDE_VAR(depth);
	room[0] = depth;
	barrier_data(room);
	return recurse(depth + 1) + room[0];
}

static int stack(void)
{
	return recurse(0);
}

static int double_fault(void)
{
#ifdef CONFIG_X86_64
	/* A push onto no stack; nor has the handler of that fault one. */
	asm volatile("xorl %%esp, %%esp\n\tpushq %%rax" : : : "memory");
#endif
	return -EOPNOTSUPP;
}

static int undefined(void)
{
#ifdef CONFIG_ARM64
	asm volatile(".inst 0x00000000");
#endif
	return -EOPNOTSUPP;
}

static noinline int do_panic(void)
{
	panic("ailing, as it was told");
}

const struct illness faults[] = {
	{ "oops", oops },
	{ "interrupt-oops", interrupt_oops },
	{ "bug", bug },
	{ "wild-address", wild_address },
	{ "bad-address", bad_address },
	{ "user-address", user_address },
	{ "call-null", call_null },
	{ "divide", divide },
	{ "stack", stack },
	{ "double-fault", double_fault },
	{ "undefined", undefined },
	{ "panic", do_panic },
	{ }
};
