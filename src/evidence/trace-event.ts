// SPDX-License-Identifier: MIT
import type {RouteKind} from '../topology/route.ts';

/**
 * What the lab reads of QEMU's trace. Addresses are as the device was given them (bus addresses), but those
 * of an access, which are absolute in QEMU's system memory.
 */
export type TraceEvent =
  | {
      /** hw/nvme/ctrl.c, nvme_read and nvme_write: a command on a namespace, of this many bytes. */
      readonly kind: 'nvme-command';
      readonly operation: 'read' | 'write';
      readonly nsid: number;
      readonly bytes: number;
    }
  /** hw/nvme/ctrl.c, nvme_io_cmd: a controller took a command out of a submission queue. */
  | {readonly kind: 'nvme-submit'; readonly cid: number; readonly nsid: number; readonly queue: number}
  /** hw/nvme/ctrl.c, nvme_rw_cb: the data of a command has been moved, or that failed. */
  | {readonly kind: 'nvme-began'; readonly cid: number}
  /** hw/nvme/ctrl.c, nvme_rw_complete_cb: the host's storage failed. */
  | {readonly kind: 'nvme-io-error'; readonly cid: number}
  /** hw/nvme/ctrl.c, nvme_enqueue_req_completion. `queue` is the completion queue; a status of 0 is success. */
  | {readonly kind: 'nvme-completion'; readonly cid: number; readonly queue: number; readonly status: number}
  /** hw/nvme/ctrl.c, nvme_enqueue_req_completion: whose command it was that ended with an error. */
  | {readonly kind: 'nvme-error'; readonly cid: number; readonly nsid: number; readonly status: number}
  /** hw/nvme/ctrl.c, nvme_admin_cmd: a command to the controller itself. */
  | {readonly kind: 'nvme-admin'}
  /** hw/nvme/ctrl.c, nvme_map_addr: the controller was given this address for the command before. */
  | {readonly kind: 'nvme-map'; readonly address: number; readonly bytes: number}
  /** hw/net/e1000e_core.c and igb_core.c, …_start_xmit: a descriptor for `bytes` of a frame. */
  | {
      readonly kind: 'nic-transmit';
      /** Where it is known: not by the NIC's own events. */
      readonly device?: string;
      readonly address: number;
      readonly bytes: number;
    }
  /**
   * An IOMMU translated for a device: `bytes` from `iova` on, which is where a page begins.
   * hw/i386/intel_iommu.c, vtd_iommu_translate; hw/i386/amd_iommu.c, amdvi_translate;
   * hw/virtio/virtio-iommu.c, virtio_iommu_translate; hw/arm/smmuv3.c, smmuv3_translate.
   */
  | {
      readonly kind: 'iommu-translation';
      /** The device's bus, device and function, as it names itself in a request. */
      readonly requester: number;
      readonly iova: number;
      readonly translated: number;
      readonly bytes: number;
    }
  /** An IOMMU had no translation of this address for a device, and let nothing through. */
  | {readonly kind: 'iommu-fault'; readonly requester: number; readonly address: number}
  /**
   * A device asked for memory: hw/pci/pci.c, pci_trace_dma, of lab/qemu/routed. `by` is the function that
   * turned the request around or blocked it, if one did.
   */
  | {
      readonly kind: 'request';
      readonly device: string;
      readonly operation: 'read' | 'write';
      readonly address: number;
      readonly bytes: number;
      readonly route: RouteKind;
      readonly by?: string;
    }
  /** system/memory.c: a vCPU's access to a register by which it tells an initiator what to do. */
  | {
      readonly kind: 'register';
      readonly operation: 'read' | 'write';
      readonly address: number;
      readonly value: string;
      readonly model: RegisterModel;
    }
  /** system/memory.c: a vCPU read the HPET, which is QEMU's own clock of the guest. */
  | {readonly kind: 'clock'; readonly address: number; readonly value: string}
  /**
   * system/memory.c: accesses to a region that a device model implements, which follow each other and have no hole
   * between them; `cpu` -1 is no vCPU: DMA.
   */
  | {
      readonly kind: 'access';
      readonly operation: 'read' | 'write';
      readonly cpu: number;
      readonly address: number;
      /** What a vCPU read, in hex, two digits a byte, the lowest byte last, with 0x; of any other access empty. */
      readonly value: string;
      readonly size: number;
      readonly region: string;
    };

/** The regions of registers that say what an initiator is to do, by what has them: hw/misc/edu.c, hw/net. */
export const registerRegions = {
  'edu-mmio': 'edu',
  'e1000-mmio': 'e1000',
  'e1000e-mmio': 'e1000e',
  'igb-mmio': 'igb',
} as const;

/** A device model whose registers are followed. */
export type RegisterModel = (typeof registerRegions)[keyof typeof registerRegions];
