// SPDX-License-Identifier: GPL-2.0-only
/* What is done to memory that is not there to be used so. */
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/timer.h>
#include <linux/vmalloc.h>

#include "ailing.h"

#define SIZE 64

static char global[SIZE + 8];
static int shift = 77, beyond = 19;
static unsigned char no_bool = 7;

static noinline int use_after_free(void)
{
	int *gone = kmalloc(sizeof(*gone), GFP_KERNEL);

	if (!gone)
		return -ENOMEM;
	kfree(gone);
	OPTIMIZER_HIDE_VAR(gone);
	WRITE_ONCE(*gone, 1);
	return 0;
}

static noinline int heap_beyond(void)
{
	char *heap = kmalloc(SIZE, GFP_KERNEL);

	if (!heap)
		return -ENOMEM;
	OPTIMIZER_HIDE_VAR(heap);
	WRITE_ONCE(heap[SIZE], 1);
	kfree(heap);
	return 0;
}

static noinline int stack_beyond(void)
{
	char room[SIZE] = { 0 };
	char *end = room;

	OPTIMIZER_HIDE_VAR(end);
	return READ_ONCE(end[SIZE]) == 1 ? -EINVAL : 0;
}

static noinline int global_beyond(void)
{
	char *end = global;

	OPTIMIZER_HIDE_VAR(end);
	return READ_ONCE(end[sizeof(global)]) == 1 ? -EINVAL : 0;
}

static noinline int vmalloc_beyond(void)
{
	char *pages = vmalloc(PAGE_SIZE);
	int ret;

	if (!pages)
		return -ENOMEM;
	OPTIMIZER_HIDE_VAR(pages);
	ret = READ_ONCE(pages[PAGE_SIZE]) == 1 ? -EINVAL : 0;
	vfree(pages);
	return ret;
}

static noinline int free_twice(void)
{
	char *heap = kmalloc(SIZE, GFP_KERNEL);

	kfree(heap);
	OPTIMIZER_HIDE_VAR(heap);
	kfree(heap);
	return 0;
}

static noinline int free_middle(void)
{
	char *heap = kmalloc(SIZE, GFP_KERNEL);

	if (!heap)
		return -ENOMEM;
	OPTIMIZER_HIDE_VAR(heap);
	kfree(heap + 8);
	return 0;
}

/* KASAN looks the other way, so that the allocator itself may find it. */
static noinline __no_sanitize_address void write_blindly(char *address)
{
	OPTIMIZER_HIDE_VAR(address);
	*address = 1;
}

static noinline int redzone(void)
{
	char *heap = kmalloc(SIZE, GFP_KERNEL);

	if (!heap)
		return -ENOMEM;
	write_blindly(heap + SIZE);
	kfree(heap);
	return 0;
}

static noinline int mapped_page(void)
{
	struct page *page = alloc_page(GFP_KERNEL);

	if (!page)
		return -ENOMEM;
	page->mapping = (struct address_space *)0x1000;
	__free_page(page);
	return 0;
}

static noinline int leak(void)
{
	char *lost = kmalloc(SIZE, GFP_KERNEL);

	if (!lost)
		return -ENOMEM;
	OPTIMIZER_HIDE_VAR(lost);
	return 0;
}

static noinline int refcount(void)
{
	refcount_t count = REFCOUNT_INIT(0);

	refcount_inc(&count);
	return 0;
}

static noinline int underflow(void)
{
	refcount_t count = REFCOUNT_INIT(0);

	return refcount_dec_and_test(&count) ? -EINVAL : 0;
}

static noinline int list(void)
{
	struct list_head head = LIST_HEAD_INIT(head), entry;

	list_add(&entry, &head);
	list_add(&entry, &head);
	return 0;
}

static noinline int shift_beyond(void)
{
	int one = 1;

	OPTIMIZER_HIDE_VAR(one);
	return (one << READ_ONCE(shift)) == 3 ? -EINVAL : 0;
}

static noinline int index_beyond(void)
{
	static int table[8];

	table[READ_ONCE(beyond)] = 1;
	return 0;
}

static noinline int bool_beyond(void)
{
	bool value = READ_ONCE(*(bool *)&no_bool);

	return value ? 0 : -EINVAL;
}

static noinline int active_timer(void)
{
	struct timer_list *timer = kmalloc(sizeof(*timer), GFP_KERNEL);

	if (!timer)
		return -ENOMEM;
	timer_setup(timer, NULL, 0);
	timer->expires = jiffies + 1000 * HZ;
	add_timer(timer);
	kfree(timer);
	return 0;
}

/* Benign: the kernel says that it has none, and the caller goes on. */
static noinline int no_pages(void)
{
	void *pages = vmalloc(1UL << 36);

	vfree(pages);
	return 0;
}

const struct illness memory_illnesses[] = {
	{ "use-after-free", use_after_free },
	{ "heap-beyond", heap_beyond },
	{ "stack-beyond", stack_beyond },
	{ "global-beyond", global_beyond },
	{ "vmalloc-beyond", vmalloc_beyond },
	{ "free-twice", free_twice },
	{ "free-middle", free_middle },
	{ "redzone", redzone },
	{ "bad-page", mapped_page },
	{ "leak", leak },
	{ "refcount", refcount },
	{ "underflow", underflow },
	{ "list", list },
	{ "shift-beyond", shift_beyond },
	{ "index-beyond", index_beyond },
	{ "bool-beyond", bool_beyond },
	{ "active-timer", active_timer },
	{ "no-pages", no_pages },
	{ }
};
