// SPDX-License-Identifier: GPL-2.0-only
/*
 * bochs_p2pmem: makes the video memory of QEMU's bochs-display a P2PDMA
 * provider, so that what a peer writes there is a picture on the screen.
 *
 * Registers: QEMU docs/specs/standard-vga.rst; the DISPI ones lie in BAR 2.
 */
#include <linux/io.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/pci-p2pdma.h>

#define VRAM_BAR	0
#define MMIO_BAR	2

#define DISPI(index)	(0x500 + 2 * (index))
#define DISPI_ID	DISPI(0x0)
#define DISPI_XRES	DISPI(0x1)
#define DISPI_YRES	DISPI(0x2)
#define DISPI_BPP	DISPI(0x3)
#define DISPI_ENABLE	DISPI(0x4)
#define DISPI_BANK	DISPI(0x5)
#define DISPI_X_OFFSET	DISPI(0x8)
#define DISPI_Y_OFFSET	DISPI(0x9)
#define DISPI_ID_MASK	0xfff0
#define DISPI_ID_BOCHS	0xb0c0
#define DISPI_ENABLED	0x01
#define DISPI_LFB	0x40
#define BITS_PER_PIXEL	32

static ushort width = 640;
module_param(width, ushort, 0444);
MODULE_PARM_DESC(width, "Pixels a line");

static ushort height = 480;
module_param(height, ushort, 0444);
MODULE_PARM_DESC(height, "Lines");

static void set_mode(void __iomem *mmio)
{
	writew(0, mmio + DISPI_ENABLE);
	writew(BITS_PER_PIXEL, mmio + DISPI_BPP);
	writew(width, mmio + DISPI_XRES);
	writew(height, mmio + DISPI_YRES);
	writew(0, mmio + DISPI_BANK);
	writew(0, mmio + DISPI_X_OFFSET);
	writew(0, mmio + DISPI_Y_OFFSET);
	writew(DISPI_ENABLED | DISPI_LFB, mmio + DISPI_ENABLE);
}

static int bochs_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	u64 picture = (u64)width * height * (BITS_PER_PIXEL / 8);
	void __iomem *mmio;
	int ret;

	ret = pcim_enable_device(pdev);
	if (ret)
		return ret;

	mmio = pcim_iomap(pdev, MMIO_BAR, 0);
	if (!mmio)
		return -ENOMEM;
	if ((readw(mmio + DISPI_ID) & DISPI_ID_MASK) != DISPI_ID_BOCHS)
		return -ENODEV;
	if (!picture || picture > pci_resource_len(pdev, VRAM_BAR))
		return -EINVAL;
	set_mode(mmio);

	ret = pci_p2pdma_add_resource(pdev, VRAM_BAR, 0, 0);
	if (ret)
		return ret;
	pci_p2pmem_publish(pdev, true);
	pci_info(pdev, "%ux%u, video memory is peer-to-peer memory\n",
		 width, height);
	return 0;
}

static const struct pci_device_id bochs_ids[] = {
	{ PCI_DEVICE(0x1234, 0x1111) },
	{ }
};
MODULE_DEVICE_TABLE(pci, bochs_ids);

static struct pci_driver bochs_driver = {
	.name = "bochs_p2pmem",
	.id_table = bochs_ids,
	.probe = bochs_probe,
};
module_pci_driver(bochs_driver);

MODULE_DESCRIPTION("Video memory of bochs-display as P2PDMA memory");
MODULE_LICENSE("GPL");
