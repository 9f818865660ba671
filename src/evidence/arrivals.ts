// SPDX-License-Identifier: MIT
import {sumBytes} from '../base/sum.ts';
import {type AddressMap, deviceAt} from './address-map.ts';
import type {TraceEvent} from './trace-event.ts';

/** What of an entry of the ledger matters here. */
interface Transfer {
  readonly initiator: string;
  readonly direction: 'read' | 'write';
  readonly target: string;
  readonly bytes: number;
}

type Access = Extract<TraceEvent, {kind: 'access'}>;

/**
 * A second witness of transfers: where the target is a region that QEMU traces, the bytes that arrived there
 * by DMA must be those of the transfers.
 * @param traced devices whose BAR is such a region
 */
export function arrivalGaps(
  events: readonly TraceEvent[],
  map: AddressMap,
  traced: readonly string[],
  transfers: readonly Transfer[],
): readonly string[] {
  const arrived = new Map<string, number>();
  for (const {operation, address, size} of sorted(events).dma) {
    const key = `${operation} ${deviceAt(map, address)?.device ?? ''}`;
    arrived.set(key, (arrived.get(key) ?? 0) + size);
  }
  return traced.flatMap((device) =>
    (['read', 'write'] as const).flatMap((direction) => {
      const sent = sumBytes(
        transfers.filter((t) => t.target === device && t.direction === direction && t.initiator !== device),
      );
      const seen = arrived.get(`${direction} ${device}`) ?? 0;
      if (sent === seen) return [];
      return [`${sent} bytes of ${direction}s were sent to ${device}, but ${seen} arrived there`];
    }),
  );
}

/** What the CPU itself read or wrote in a traced region: where it believes the provider's memory to be. */
export function cpuAccesses(events: readonly TraceEvent[], operation: 'read' | 'write'): readonly Access[] {
  return sorted(events).cpu.filter((event) => event.operation === operation);
}

/**
 * Tells devices' accesses from a CPU's. Those of no vCPU are DMA. A NIC reads inside a vCPU's write to its
 * doorbell, so its accesses show that vCPU: they follow its descriptors at once, each from its beginning to
 * its end, and before the vCPU touches any register again.
 */
function sorted(events: readonly TraceEvent[]): {
  readonly dma: readonly Access[];
  readonly cpu: readonly Access[];
} {
  const dma: Access[] = [];
  const cpu: Access[] = [];
  let fetches: {from: number; readonly to: number}[] = [];
  for (const event of events) {
    if (event.kind === 'register') fetches = [];
    if (event.kind === 'nic-transmit') fetches.push({from: event.address, to: event.address + event.bytes});
    if (event.kind !== 'access') continue;
    const fetch = fetches.find(({from, to}) => event.address === from && event.address + event.size <= to);
    if (event.cpu === -1) dma.push(event);
    else if (event.operation === 'read' && fetch !== undefined) {
      dma.push(event);
      fetch.from += event.size;
    } else cpu.push(event);
  }
  return {dma, cpu};
}
