// SPDX-License-Identifier: MIT
import type {Way} from '../topology/route.ts';

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
      readonly way: Way;
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
  /** system/memory.c: an access to a region that a device model implements; `cpu` -1 is no vCPU: DMA. */
  | {
      readonly kind: 'access';
      readonly operation: 'read' | 'write';
      readonly cpu: number;
      readonly address: number;
      /** In hex, with 0x: 64 bits are more than a number holds. */
      readonly value: string;
      readonly size: number;
      readonly region: string;
    };

/** The events that are switched on while a step runs, on every machine. */
export const tracedEvents = [
  'pci_nvme_admin_cmd',
  'pci_nvme_read',
  'pci_nvme_write',
  'pci_nvme_map_addr',
  'e1000e_tx_descr',
  'memory_region_ops_read',
  'memory_region_ops_write',
] as const;

/** The events of each IOMMU that QEMU models. */
const iommuEvents = {
  intel: ['vtd_dmar_translate', 'vtd_dmar_fault'],
  amd: ['amdvi_translation_result'],
  virtio: ['virtio_iommu_translate_out', 'virtio_iommu_report_fault'],
  smmuv3: ['smmuv3_translate_success', 'smmuv3_translate_abort'],
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

/** Where an access says what it is. */
const operationAt = 'memory_region_ops_'.length;

/** The region whose bytes matter: an NVMe controller's memory buffer. */
const memoryRegion = 'nvme-cmb';

/** The region of a clock: hw/timer/hpet.c. */
const clockRegion = 'hpet';

/** The regions of registers that say what an initiator is to do, by what has them: hw/misc/edu.c, hw/net. */
const registerRegions = {
  'edu-mmio': 'edu',
  'e1000-mmio': 'e1000',
  'e1000e-mmio': 'e1000e',
  'igb-mmio': 'igb',
} as const;

/** A device model whose registers are followed. */
export type RegisterModel = (typeof registerRegions)[keyof typeof registerRegions];

/**
 * Reads the lines of QEMU's log backend. Lines of other events are passed over.
 * @throws SyntaxError at a line of one of our events that does not read as it should
 */
export function parseTrace(text: string): readonly TraceEvent[] {
  const events: TraceEvent[] = [];
  // Of a page that is moved a word at a time, an IOMMU says the same for each word.
  let last: {readonly line: string; readonly event: TraceEvent | undefined} = {line: '', event: undefined};
  for (const line of text.split('\n')) {
    if (line.startsWith('memory_region_ops_')) {
      const access = parseAccess(line);
      if (access !== undefined) events.push(access);
      continue;
    }
    if (line !== last.line) last = {line, event: parseLine(line)};
    if (last.event !== undefined) events.push(last.event);
  }
  return events;
}

function parseLine(line: string): TraceEvent | undefined {
  const end = line.indexOf(' ');
  switch (line.slice(0, end)) {
    case 'pci_nvme_read':
    case 'pci_nvme_write': {
      const [, operation, nsid, bytes] = matched(
        line,
        /^pci_nvme_(read|write) cid \d+ .*?nsid (\d+) nlb \d+ count (\d+) /,
      );
      return {
        kind: 'nvme-command',
        operation: operation === 'read' ? 'read' : 'write',
        nsid: Number(nsid),
        bytes: Number(bytes),
      };
    }
    case 'pci_dma':
      return parseRequest(line);
    case 'pci_nvme_admin_cmd':
      return {kind: 'nvme-admin'};
    case 'pci_nvme_map_addr': {
      const [, address, bytes] = matched(line, /^pci_nvme_map_addr addr (0x[\da-f]+) len (\d+)/);
      return {kind: 'nvme-map', address: Number(address), bytes: Number(bytes)};
    }
    case 'e1000e_tx_descr': {
      const [, address, lower] = matched(line, /^e1000e_tx_descr (0x[\da-f]+|\(nil\)) : ([\da-f]+) [\da-f]+/);
      return transmitDescriptor(address === '(nil)' ? 0 : Number(address), Number.parseInt(lower ?? '', 16));
    }
    case 'vtd_dmar_translate': {
      const [, requester, iova, translated, mask] = matched(
        line,
        /^vtd_dmar_translate dev (\w\w:\w\w\.\w\w) iova (0x[\da-f]+) -> gpa (0x[\da-f]+) mask (0x[\da-f]+)/,
      );
      return translation(requesterOf(requester), Number(iova), Number(translated), Number(mask) + 1);
    }
    case 'vtd_dmar_fault': {
      const [, requester, address] = matched(
        line,
        /^vtd_dmar_fault sid (0x[\da-f]+) fault \d+ addr (0x[\da-f]+)/,
      );
      return {kind: 'iommu-fault', requester: Number(requester), address: Number(address)};
    }
    case 'amdvi_translation_result': {
      const [, id, iova, translated] = matched(
        line,
        /^amdvi_translation_result devid: (\w\w:\w\w\.\w) gpa (0x[\da-f]+) hpa (0x[\da-f]+)/,
      );
      const requester = requesterOf(id);
      // There is no event that says so: of a page that is not there, the result is left at 0.
      return Number(translated) === 0
        ? {kind: 'iommu-fault', requester, address: Number(iova)}
        : translation(requester, Number(iova), Number(translated), iommuPage);
    }
    case 'virtio_iommu_translate_out': {
      const [, iova, translated, requester] = matched(
        line,
        /^virtio_iommu_translate_out (0x[\da-f]+) -> (0x[\da-f]+) for sid=(\d+)/,
      );
      return translation(Number(requester), Number(iova), Number(translated), iommuPage);
    }
    case 'smmuv3_translate_success': {
      const [, sid, iova, translated] = matched(
        line,
        /^smmuv3_translate_success \S+ sid=(0x[\da-f]+) iova=(0x[\da-f]+) translated=(0x[\da-f]+) /,
      );
      return translation(Number(sid), Number(iova), Number(translated), iommuPage);
    }
    case 'smmuv3_translate_abort': {
      const [, sid, address] = matched(
        line,
        /^smmuv3_translate_abort \S+ sid=(0x[\da-f]+) STE abort iova:(0x[\da-f]+) /,
      );
      return {kind: 'iommu-fault', requester: Number(sid), address: Number(address)};
    }
    case 'virtio_iommu_report_fault': {
      const [, requester, address] = matched(
        line,
        /^virtio_iommu_report_fault FAULT .*endpoint=(\d+) address =(0x[\da-f]+)/,
      );
      return {kind: 'iommu-fault', requester: Number(requester), address: Number(address)};
    }
    default:
      return undefined;
  }
}

/**
 * Bytes for which a translation holds where QEMU does not say so: Linux is told to make no larger pages for
 * AMD's, and virtio's answers hold for one.
 */
const iommuPage = 4096;

/** From where the page begins, whatever address in it was asked for. */
function translation(requester: number, iova: number, translated: number, bytes: number): TraceEvent {
  const start = iova - (iova % bytes);
  return {
    kind: 'iommu-translation',
    requester,
    iova: start,
    translated: translated - (translated % bytes),
    bytes,
  };
}

/** `03:00.0`, or with two digits for the function, as 16 bits. */
function requesterOf(text: string | undefined): number {
  const [bus = 0, device = 0, fn = 0] = (text ?? '').split(/[:.]/).map((part) => Number.parseInt(part, 16));
  return (bus << 8) | (device << 3) | fn;
}

/**
 * Bits 23:20 are the type of a descriptor whose bit 29 (DEXT) is set. 0 and 1 are context and data of the
 * 8254x and the 82574 (its datasheet, 7.2.10), 2 and 3 those of the 82576 (its datasheet, 7.2.2).
 */
export function transmitDescriptor(address: number, lower: number): TraceEvent | undefined {
  const extended = (lower & 0x2000_0000) !== 0;
  const type = (lower >>> 20) & 0xf;
  if (extended && (type === 0 || type === 2)) return undefined;
  const bytes = extended && type === 1 ? lower & 0xf_ffff : lower & 0xffff;
  return bytes === 0 ? undefined : {kind: 'nic-transmit', address, bytes};
}

function parseRequest(line: string): TraceEvent {
  const [, device = '', operation, address, bytes, way, by] = matched(
    line,
    /^pci_dma (\S+) \w\w:\w\w\.\w (read|write) (0x[\da-f]+)\+(0x[\da-f]+) (up|turned|blocked) (\S+)/,
  );
  return {
    kind: 'request',
    device,
    operation: operation === 'read' ? 'read' : 'write',
    address: Number(address),
    bytes: Number(bytes),
    way: way === 'turned' || way === 'blocked' ? way : 'up',
    ...(by !== undefined && by !== '-' && {by}),
  };
}

/**
 * `memory_region_ops_read cpu 0 mr 0x… addr 0x… value 0x… size 8 name 'nvme-cmb'`. There are tens of thousands of
 * them: a pattern takes twice as long.
 */
function parseAccess(line: string): TraceEvent | undefined {
  const name = line.lastIndexOf(" name '");
  const region = line.slice(name + 7, -1);
  const model = Object.hasOwn(registerRegions, region)
    ? registerRegions[region as keyof typeof registerRegions]
    : undefined;
  if (region !== memoryRegion && region !== clockRegion && model === undefined) return undefined;
  const operation = line.startsWith('read', operationAt) ? 'read' : 'write';
  const cpu = line.indexOf(' cpu ');
  const mr = line.indexOf(' mr ', cpu);
  const addr = line.indexOf(' addr ', mr);
  const val = line.indexOf(' value ', addr);
  const length = line.indexOf(' size ', val);
  const address = Number(line.slice(addr + 6, val));
  const value = line.slice(val + 7, length);
  const size = Number(line.slice(length + 6, name));
  const vcpu = Number(line.slice(cpu + 5, mr));
  const read = Math.min(cpu, mr, addr, val, length) > 0 && value.startsWith('0x') && size > 0;
  if (!read || Number.isNaN(address + vcpu)) throw unreadable(line);
  if (region === clockRegion) return operation === 'read' ? {kind: 'clock', address, value} : undefined;
  return model === undefined
    ? {kind: 'access', operation, address, value, cpu: vcpu, size, region}
    : {kind: 'register', operation, address, value, model};
}

function matched(line: string, pattern: RegExp): RegExpExecArray {
  const match = pattern.exec(line);
  if (match === null) throw unreadable(line);
  return match;
}

function unreadable(line: string): SyntaxError {
  return new SyntaxError(`QEMU's trace has a line that cannot be read: ${line.slice(0, 200)}`);
}
