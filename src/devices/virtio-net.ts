// SPDX-License-Identifier: MIT
import {endpointType} from './device-type.ts';
import {nicArguments, nicDetails} from './nic.ts';

/** The control queue and all that takes it: drivers/net/virtio_net.c, virtnet_validate_features. */
const withoutControlQueue = {
  ctrl_vq: 'off',
  ctrl_rx: 'off',
  ctrl_rx_extra: 'off',
  ctrl_vlan: 'off',
  ctrl_mac_addr: 'off',
  ctrl_guest_offloads: 'off',
  guest_announce: 'off',
} as const;

/**
 * QEMU, hw/net/virtio-net.c and hw/virtio/virtio-net-pci.c.
 *
 * Linux uses the DMA API for a virtio device only if that has VIRTIO_F_ACCESS_PLATFORM
 * (drivers/virtio/virtio_ring.c, vring_use_dma_api), which takes a device without the legacy interface. Its control
 * queue is off, so that all that it reads is what it sends.
 */
export const virtioNet = endpointType({
  name: 'virtio-net',
  description: 'virtio NIC (QEMU virtio-net-pci): an initiator. Its DMA shows with lab/qemu/routed only.',
  keys: {},
  // VIRTIO_ID_NET is 1: 0x1040 and that.
  identity: {vendor: 0x1af4, device: 0x1041},
  boundAtBoot: true,
  // drivers/virtio/virtio_pci_common.c, virtio_pci_modern_probe.
  maskBits: 64,
  traceEvents: [],
  // struct virtio_net_hdr_v1.
  nic: {evidence: 'requests', headerBytes: 12},
  details: nicDetails,
  initiates: () => true,
  text: () => '',
  allDrivers: ['virtio-net-pci'],
  drivers: () => ['virtio-net-pci'],
  arguments: (device, place, files) =>
    nicArguments(
      'virtio-net-pci',
      device,
      {...place, iommu_platform: 'on', 'disable-legacy': 'on', ...withoutControlQueue},
      files,
    ),
});
