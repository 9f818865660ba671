// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver for QEMU's edu (docs/specs/edu.rst), an initiator that does what
 * it is told: it copies up to 4 KiB between its buffer and any address.
 *
 * The device checks nothing: QEMU itself comes to harm if a transfer leaves
 * the buffer.  Each takes 100 ms.
 */
#include <linux/dma-mapping.h>
#include <linux/io-64-nonatomic-lo-hi.h>
#include <linux/iopoll.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <uapi/p2plab.h>

#include "edu.h"

#define EDU_BAR		0

#define EDU_SOURCE	0x80
#define EDU_TARGET	0x88
#define EDU_COUNT	0x90
#define EDU_COMMAND	0x98
#define EDU_RUN		0x1
#define EDU_TO_MEMORY	0x2

/* Where the buffer lies in the edu's own view. */
#define EDU_BUFFER	0x40000

#define POLL_US		5000
#define MAX_TIMEOUT_MS	60000

static ushort edu_dma_bits = 64;
module_param(edu_dma_bits, ushort, 0444);
MODULE_PARM_DESC(edu_dma_bits, "Width of the addresses that an edu can reach");

static struct pci_driver edu_driver;

static int transfer(void __iomem *registers, dma_addr_t address, u32 at,
		    size_t length, const struct p2plab_map *request)
{
	bool to_memory = request->direction == P2PLAB_FROM_DEVICE;
	u64 source = to_memory ? EDU_BUFFER + at : address;
	u64 target = to_memory ? address : EDU_BUFFER + at;
	u64 state;

	writeq(source, registers + EDU_SOURCE);
	writeq(target, registers + EDU_TARGET);
	writeq(length, registers + EDU_COUNT);
	writeq(EDU_RUN | (to_memory ? EDU_TO_MEMORY : 0),
	       registers + EDU_COMMAND);
	return readq_poll_timeout(registers + EDU_COMMAND, state,
				  !(state & EDU_RUN), POLL_US,
				  request->timeout_ms * 1000ULL);
}

int p2plab_edu_move(struct device *dev, const struct p2plab_extent *extents,
		    const struct p2plab_map *request)
{
	void __iomem *registers;
	u32 i, at = 0;
	int ret = 0;

	if (dev->driver != &edu_driver.driver)
		return -EOPNOTSUPP;
	if (!request->timeout_ms || request->timeout_ms > MAX_TIMEOUT_MS)
		return -EINVAL;
	registers = dev_get_drvdata(dev);
	/* What a call that timed out has begun would spoil ours. */
	if (readq(registers + EDU_COMMAND) & EDU_RUN)
		return -EBUSY;

	for (i = 0; !ret && i < request->mapping_count; i++) {
		if (at + extents[i].length > P2PLAB_EDU_BUFFER)
			return -EMSGSIZE;
		ret = transfer(registers, extents[i].address, at,
			       extents[i].length, request);
		at += extents[i].length;
	}
	return ret;
}

void __iomem *p2plab_edu_registers(struct device *dev)
{
	return dev->driver == &edu_driver.driver ? dev_get_drvdata(dev) : NULL;
}

static int edu_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	void __iomem *registers;
	int ret;

	ret = pcim_enable_device(pdev);
	if (ret)
		return ret;
	registers = pcim_iomap(pdev, EDU_BAR, 0);
	if (!registers)
		return -ENOMEM;
	if (edu_dma_bits > 64)
		return -EINVAL;
	ret = dma_set_mask_and_coherent(&pdev->dev,
					DMA_BIT_MASK(edu_dma_bits));
	if (ret)
		return ret;
	pci_set_master(pdev);
	pci_set_drvdata(pdev, registers);
	return 0;
}

static const struct pci_device_id edu_ids[] = {
	{ PCI_DEVICE(0x1234, 0x11e8) },
	{ }
};
MODULE_DEVICE_TABLE(pci, edu_ids);

static struct pci_driver edu_driver = {
	.name = "p2plab_edu",
	.id_table = edu_ids,
	.probe = edu_probe,
};

int p2plab_edu_register(void)
{
	return pci_register_driver(&edu_driver);
}

void p2plab_edu_unregister(void)
{
	pci_unregister_driver(&edu_driver);
}
