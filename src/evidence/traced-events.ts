// SPDX-License-Identifier: MIT

/** The events that are switched on while a step runs, on every machine. */
export const tracedEvents = [
  'pci_nvme_admin_cmd',
  'pci_nvme_io_cmd',
  'pci_nvme_read',
  'pci_nvme_write',
  'pci_nvme_map_addr',
  'pci_nvme_rw_cb',
  'pci_nvme_err_aio',
  'pci_nvme_enqueue_req_completion',
  'pci_nvme_err_req_status',
  'e1000e_tx_descr',
  'memory_region_ops_read',
  'memory_region_ops_write',
] as const;

/** The events of each IOMMU that QEMU models. */
const iommuEvents = {
  intel: ['vtd_dmar_translate', 'vtd_dmar_fault'],
  amd: ['amdvi_translation_result'],
  virtio: ['virtio_iommu_translate_out', 'virtio_iommu_report_fault'],
  smmuv3: [
    'smmuv3_translate_success',
    'smmuv3_translate_abort',
    'smmu_iotlb_lookup_miss',
    'smmuv3_record_event',
  ],
} as const;

/** What a QEMU whose bridges route tells besides. */
const routingEvents = ['pci_dma'] as const;

/**
 * The events that are switched on while a step runs on a machine with this IOMMU, or with none.
 * @param routed whether its bridges route
 */
export function eventsOf(iommu: keyof typeof iommuEvents | undefined, routed: boolean): readonly string[] {
  return [
    ...tracedEvents,
    ...(routed ? routingEvents : []),
    ...(iommu === undefined ? [] : iommuEvents[iommu]),
  ];
}
