// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counts the instructions that mapping and unmapping of host memory take.
 *
 * It needs a QEMU that counts instructions (-icount shift=0): there the time
 * stamp counter goes up by one with each instruction, and every clock by a
 * nanosecond.  The CPU reads the one around each call.  Around all calls
 * together it reads a clock of QEMU's, the HPET, which the host can trace, and
 * says by writes to the edu which reading is which: so the host has a sum of
 * its own that the guest's numbers must come to.
 */
#include <linux/dma-mapping.h>
#include <linux/io.h>
#include <linux/pci.h>
#include <linux/preempt.h>
#include <linux/scatterlist.h>
#include <uapi/p2plab.h>

#include "count.h"
#include "edu.h"
#include "function.h"

#ifdef CONFIG_X86_64

/* Linux 6.16 moved rdtsc_ordered() here, and all before it reach it by this. */
#include <asm/tsc.h>

/* Where q35 has it (QEMU, include/hw/timer/hpet.h), and its main counter. */
#define HPET_BASE	0xfed00000
#define HPET_BYTES	0x400
#define HPET_COUNTER	0xf0

/* The edu's register that only returns the complement of what was written. */
#define EDU_LIVENESS	0x04

/* What settles does so in these calls: they are not counted. */
#define WARM_UP_ROUNDS	256

struct subject {
	struct device *dev;
	struct page *page;
	struct sg_table table;
	void *cpu_address;
	dma_addr_t dma_address;
	bool failed;
	void (*map)(struct subject *subject);
	void (*unmap)(struct subject *subject);
};

/* The instructions of one round. */
struct cost {
	u64 map;
	u64 unmap;
	u32 differing;
};

static noinline void nothing(struct subject *subject)
{
	barrier();
}

/* What takes as many instructions as it says, whatever the kernel does. */
static noinline void take_1000(struct subject *subject)
{
	asm volatile(".rept 1000; nop; .endr" : : : "memory");
}

static noinline void take_100(struct subject *subject)
{
	asm volatile(".rept 100; nop; .endr" : : : "memory");
}

static noinline void map_list(struct subject *subject)
{
	if (dma_map_sgtable(subject->dev, &subject->table, DMA_BIDIRECTIONAL,
			    0))
		subject->failed = true;
}

static noinline void unmap_list(struct subject *subject)
{
	dma_unmap_sgtable(subject->dev, &subject->table, DMA_BIDIRECTIONAL, 0);
}

static noinline void map_page(struct subject *subject)
{
	subject->dma_address = dma_map_page(subject->dev, subject->page, 0,
					    PAGE_SIZE, DMA_BIDIRECTIONAL);
	if (dma_mapping_error(subject->dev, subject->dma_address))
		subject->failed = true;
}

static noinline void unmap_page(struct subject *subject)
{
	dma_unmap_page(subject->dev, subject->dma_address, PAGE_SIZE,
		       DMA_BIDIRECTIONAL);
}

static noinline void alloc_coherent(struct subject *subject)
{
	subject->cpu_address = dma_alloc_coherent(subject->dev, PAGE_SIZE,
						  &subject->dma_address,
						  GFP_ATOMIC);
	if (!subject->cpu_address)
		subject->failed = true;
}

static noinline void free_coherent(struct subject *subject)
{
	dma_free_coherent(subject->dev, PAGE_SIZE, subject->cpu_address,
			  subject->dma_address);
}

/*
 * dma_free_coherent() warns where interrupts are off.  So they stay on, and
 * the local APIC is told that what runs here goes before all of them.
 */
static void set_task_priority(unsigned long priority)
{
	asm volatile("movq %0, %%cr8" : : "r" (priority) : "memory");
}

#define HIGHEST_PRIORITY	15

/*
 * Each call by itself; those that differ from the first are counted.  What is
 * called must be all that differs from one use of this to another: so there is
 * one copy of it.
 */
static noinline __noclone
void count_each(struct subject *subject, void (*map)(struct subject *subject),
		void (*unmap)(struct subject *subject), struct cost *cost)
{
	u64 start, between, end;
	int i;

	*cost = (struct cost) {};
	for (i = 0; i < P2PLAB_COUNT_ROUNDS && !subject->failed; i++) {
		start = rdtsc_ordered();
		map(subject);
		between = rdtsc_ordered();
		if (!subject->failed)
			unmap(subject);
		end = rdtsc_ordered();
		if (!i) {
			cost->map = between - start;
			cost->unmap = end - between;
		} else if (cost->map != between - start ||
			   cost->unmap != end - between) {
			cost->differing++;
		}
	}
}

/* All calls together, between two readings of the clock. */
static noinline __noclone
void count_all(struct subject *subject, void (*map)(struct subject *subject),
	       void (*unmap)(struct subject *subject), void __iomem *edu,
	       void __iomem *hpet, u32 mark)
{
	int i;

	writel(mark, edu + EDU_LIVENESS);
	readl(hpet + HPET_COUNTER);
	for (i = 0; i < P2PLAB_COUNT_ROUNDS; i++) {
		map(subject);
		unmap(subject);
	}
	readl(hpet + HPET_COUNTER);
	writel(mark | P2PLAB_COUNT_END, edu + EDU_LIVENESS);
}

static void count_undisturbed(struct subject *subject, void __iomem *edu,
			      void __iomem *hpet, struct p2plab_count *request)
{
	struct cost cost, empty;
	int i;

	for (i = 0; i < WARM_UP_ROUNDS && !subject->failed; i++) {
		subject->map(subject);
		if (!subject->failed)
			subject->unmap(subject);
	}
	count_each(subject, nothing, nothing, &empty);
	count_each(subject, subject->map, subject->unmap, &cost);
	if (subject->failed)
		return;
	count_all(subject, nothing, nothing, edu, hpet,
		  request->mark | P2PLAB_COUNT_NOTHING);
	count_all(subject, subject->map, subject->unmap, edu, hpet,
		  request->mark);

	request->map = cost.map - empty.map;
	request->unmap = cost.unmap - empty.unmap;
	request->differing = cost.differing + empty.differing;
}

/*
 * Every entry is the same page: what is asked for is the same in every boot,
 * wherever the page happens to be.
 */
static int make_list(struct subject *subject, unsigned int entries)
{
	struct scatterlist *sg;
	int i, ret;

	ret = sg_alloc_table(&subject->table, entries, GFP_KERNEL);
	if (ret)
		return ret;
	for_each_sgtable_sg(&subject->table, sg, i)
		sg_set_page(sg, subject->page, PAGE_SIZE, 0);
	return 0;
}

static int choose(struct subject *subject, const struct p2plab_count *request)
{
	switch (request->operation) {
	case P2PLAB_COUNT_KNOWN:
		subject->map = take_1000;
		subject->unmap = take_100;
		return 0;
	case P2PLAB_COUNT_SG:
		subject->map = map_list;
		subject->unmap = unmap_list;
		return make_list(subject, request->entries);
	case P2PLAB_COUNT_PAGE:
		subject->map = map_page;
		subject->unmap = unmap_page;
		return 0;
	case P2PLAB_COUNT_COHERENT:
		subject->map = alloc_coherent;
		subject->unmap = free_coherent;
		return 0;
	default:
		return -EINVAL;
	}
}

static int count_for(struct device *dev, struct p2plab_count *request)
{
	struct subject subject = { .dev = dev };
	void __iomem *edu = p2plab_edu_registers(dev);
	void __iomem *hpet;
	int ret = -ENOMEM;

	if (!edu)
		return -EOPNOTSUPP;
	hpet = ioremap(HPET_BASE, HPET_BYTES);
	if (!hpet)
		return -ENOMEM;
	subject.page = alloc_page(GFP_KERNEL);
	if (!subject.page)
		goto unmap;
	ret = choose(&subject, request);
	if (ret)
		goto free;

	local_bh_disable();
	set_task_priority(HIGHEST_PRIORITY);
	count_undisturbed(&subject, edu, hpet, request);
	set_task_priority(0);
	local_bh_enable();

	if (subject.failed)
		ret = -EIO;
	request->rounds = P2PLAB_COUNT_ROUNDS;
	sg_free_table(&subject.table);
free:
	__free_page(subject.page);
unmap:
	iounmap(hpet);
	return ret;
}

#else

static int count_for(struct device *dev, struct p2plab_count *request)
{
	return -EOPNOTSUPP;
}

#endif

int p2plab_count(struct p2plab_count *request)
{
	struct pci_dev *pdev;
	int ret = -EBUSY;

	if (!request->entries || request->entries > P2PLAB_COUNT_MAX_ENTRIES ||
	    request->mark & P2PLAB_COUNT_FLAGS)
		return -EINVAL;
	pdev = p2plab_function(request->initiator);
	if (!pdev)
		return -ENODEV;
	if (device_trylock(&pdev->dev)) {
		ret = count_for(&pdev->dev, request);
		device_unlock(&pdev->dev);
	}
	pci_dev_put(pdev);
	return ret;
}
