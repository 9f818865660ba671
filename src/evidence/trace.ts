// SPDX-License-Identifier: MIT
import {AccessRun} from './access-run.ts';
import {registerRegions, type TraceEvent} from './trace-event.ts';
import type {RouteKind} from '../topology/route.ts';

/** Where an access says what it is. */
const operationAt = 'memory_region_ops_'.length;

/** The region whose bytes matter: an NVMe controller's memory buffer. */
const memoryRegion = 'nvme-cmb';

/** The region of a clock: hw/timer/hpet.c. */
const clockRegion = 'hpet';

/**
 * Reads the lines of QEMU's log backend piece by piece, and passes over those of other events. It keeps next to nothing of
 * what says the same again and again: a page that is moved a word at a time is one access, and an IOMMU's answer to each
 * of its words is one answer.
 */
export class TraceParser {
  readonly #events: TraceEvent[] = [];
  readonly #run = new AccessRun(this.#events);
  /** Strings out of a piece would keep all of it in memory. */
  readonly #names = new Map<string, string>();
  #rest = '';
  #last: {readonly line: string; readonly event: TraceEvent | undefined} = {line: '', event: undefined};
  /** The address for which an SMMU last had to walk its tables. */
  #missed = NaN;
  /** Whether the last line's event was the last but for accesses. */
  #following = false;

  push(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#read(line);
  }

  /**
   * All events.
   * @throws SyntaxError if the trace ends within a line: then the rest of it could not be written
   */
  end(): readonly TraceEvent[] {
    if (this.#rest !== '') throw unreadable(this.#rest);
    this.#run.end();
    return this.#events;
  }

  #read(line: string): void {
    if (line.startsWith('memory_region_ops_')) {
      const access = parseAccess(line);
      if (access === undefined) return;
      if (access.kind === 'access') {
        this.#run.add(access);
      } else {
        this.#following = false;
        this.#push(access);
      }
      return;
    }
    if (line.startsWith('smmu_')) {
      this.#missed = Number(/^smmu_iotlb_lookup_miss .* addr=(0x[\da-f]+) /.exec(line)?.[1] ?? NaN);
      return;
    }
    if (line.startsWith('smmuv3_record_event ')) {
      const fault = smmuFault(line, this.#missed);
      if (fault === undefined) return;
      this.#following = false;
      this.#push(fault);
      return;
    }
    const {event: before} = this.#last;
    if (line !== this.#last.line) {
      const event = parseLine(line);
      this.#last = {line, event: event && this.#kept(event)};
    }
    const {event} = this.#last;
    if (event === undefined || (this.#following && isSameTranslation(event, before))) return;
    this.#following = true;
    this.#push(event);
  }

  #push(event: TraceEvent): void {
    this.#run.interrupt(event);
    this.#events.push(event);
  }

  /** With strings of its own. */
  #kept(event: TraceEvent): TraceEvent {
    if (event.kind !== 'request') return event;
    const device = this.#name(event.device);
    return event.by === undefined ? {...event, device} : {...event, device, by: this.#name(event.by)};
  }

  #name(name: string): string {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    const copy = Buffer.from(name, 'latin1').toString('latin1');
    this.#names.set(copy, copy);
    return copy;
  }
}

/**
 * A fault that an SMMUv3 records names the requester but no address (hw/arm/smmuv3.c, smmuv3_record_event()): it is the
 * one whose translation was looked up before.
 */
function smmuFault(line: string, address: number): TraceEvent | undefined {
  const sid =
    /^smmuv3_record_event SMMU_EVT_F_(?:TRANSLATION|ADDR_SIZE|ACCESS|PERMISSION) sid=(0x[\da-f]+)/.exec(
      line,
    )?.[1];
  if (sid === undefined) return undefined;
  if (Number.isNaN(address)) throw unreadable(line);
  return {kind: 'iommu-fault', requester: Number(sid), address};
}

/** Some IOMMUs name the word, not the page: the answer is the page's. */
function isSameTranslation(event: TraceEvent, before: TraceEvent | undefined): boolean {
  if (event.kind !== 'iommu-translation' || before?.kind !== 'iommu-translation') return false;
  const {requester, iova, translated, bytes} = event;
  return (
    requester === before.requester &&
    iova === before.iova &&
    translated === before.translated &&
    bytes === before.bytes
  );
}

function parseLine(line: string): TraceEvent | undefined {
  const end = line.indexOf(' ');
  switch (line.slice(0, end)) {
    case 'pci_nvme_read':
    case 'pci_nvme_write': {
      const [, operation, name, nsid, bytes] = matched(
        line,
        /^pci_nvme_(read|write) cid \d+ (?:opname '(\w+)' )?nsid (\d+) nlb \d+ count (\d+) /,
      );
      return {
        kind: 'nvme-command',
        operation: operation === 'read' ? 'read' : 'write',
        nsid: Number(nsid),
        // Zeroes are written without any data.
        bytes: name === 'NVME_NVM_CMD_WRITE_ZEROES' ? 0 : Number(bytes),
      };
    }
    case 'pci_nvme_io_cmd': {
      const [, cid, nsid, queue] = matched(line, /^pci_nvme_io_cmd cid (\d+) nsid (0x[\da-f]+) sqid (\d+) /);
      return {kind: 'nvme-submit', cid: Number(cid), nsid: Number(nsid), queue: Number(queue)};
    }
    case 'pci_nvme_rw_cb': {
      const [, cid] = matched(line, /^pci_nvme_rw_cb cid (\d+) /);
      return {kind: 'nvme-began', cid: Number(cid)};
    }
    case 'pci_nvme_err_aio': {
      const [, cid] = matched(line, /^pci_nvme_err_aio cid (\d+) /);
      return {kind: 'nvme-io-error', cid: Number(cid)};
    }
    case 'pci_nvme_enqueue_req_completion': {
      const [, cid, queue, status] = matched(
        line,
        /^pci_nvme_enqueue_req_completion cid (\d+) cqid (\d+) .* status (0x[\da-f]+)$/,
      );
      return {kind: 'nvme-completion', cid: Number(cid), queue: Number(queue), status: Number(status)};
    }
    case 'pci_nvme_err_req_status': {
      const [, cid, nsid, status] = matched(
        line,
        /^pci_nvme_err_req_status cid (\d+) nsid (\d+) status (0x[\da-f]+) /,
      );
      return {kind: 'nvme-error', cid: Number(cid), nsid: Number(nsid), status: Number(status)};
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
        /^smmuv3_translate_abort \S+ sid=(0x[\da-f]+) (?:STE )?abort (?:on )?iova:(0x[\da-f]+) /,
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

/** The words of QEMU's trace (lab/qemu/routed) for the routes of requests. */
const routes: Readonly<Record<string, RouteKind>> = {turned: 'peer-to-peer', blocked: 'blocked'};

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
    route: routes[way ?? ''] ?? 'upstream',
    ...(by !== undefined && by !== '-' && {by}),
  };
}

/**
 * `memory_region_ops_read cpu 0 mr 0x… addr 0x… value 0x… size 8 name 'nvme-cmb'`. There are tens of thousands of
 * them: a pattern takes twice as long.
 */
function parseAccess(line: string): TraceEvent | undefined {
  const name = line.lastIndexOf(" name '");
  const text = line.slice(name + 7, -1);
  const region = text === memoryRegion ? memoryRegion : text;
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
