// SPDX-License-Identifier: MIT

/** What struct pages of device memory come in (memremap_compat_align: SUBSECTION_SIZE on x86 and arm64). */
const subsection = 2 * 2 ** 20;

/** The unit of a CMB's size: CMBSZ.SZU is 4 KiB at least (NVMe base specification). */
export const cmbUnit = 4096;

/**
 * Whether Linux gives a CMB of this size to peers. A BAR is aligned to its size, so one of a multiple of
 * 2 MiB begins where it has to; of any other Linux uses nothing (drivers/nvme/host/pci.c, nvme_map_cmb).
 */
export function isRegistered(cmb: number): boolean {
  return cmb % subsection === 0;
}

/** Whether stock QEMU has a CMB of this size: whole MiB, and as large as its BAR (hw/nvme/ctrl.c, nvme_init_cmb). */
export function isStockCmb(cmb: number): boolean {
  return cmb >= 2 ** 20 && Number.isInteger(Math.log2(cmb));
}
