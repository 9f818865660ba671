// SPDX-License-Identifier: MIT
import {type AddressMap, deviceAt} from './address-map.ts';
import type {TraceEvent} from './trace-event.ts';

/** Nanoseconds in a tick of QEMU's HPET: include/hw/timer/hpet.h, HPET_CLK_PERIOD. */
export const tickNanoseconds = 10;

/** The main counter's lower half, as an offset from where q35 has the HPET: include/hw/timer/hpet.h, HPET_BASE. */
const counter = 0xfed0_00f0;

/** The edu's register that does nothing but keep a word: docs/specs/edu.rst, "card liveness check". */
const liveness = 0x04;

/** A mark's bit that says that a window ends with it: images/include/uapi/p2plab.h. */
const end = 0x1;

/**
 * Ticks of QEMU's clock between the two marks of each window, by the mark: what the host saw the CPU read. A
 * window begins with the first reading after its mark, and ends with the last one before the mark of its end.
 * @param edu whose register the marks are written to
 */
export function clockWindows(
  events: readonly TraceEvent[],
  map: AddressMap,
  edu: string,
): ReadonlyMap<number, number> {
  const windows = new Map<number, number>();
  let open: {readonly mark: number; first?: number; last?: number} | undefined;
  for (const event of events) {
    if (event.kind === 'clock' && event.address === counter && open !== undefined) {
      open.first ??= Number(event.value);
      open.last = Number(event.value);
    }
    if (event.kind !== 'register' || event.operation !== 'write') continue;
    const bar = deviceAt(map, event.address);
    if (bar?.device !== edu || event.address - bar.start !== liveness) continue;
    const mark = Number(event.value);
    if ((mark & end) === 0) {
      open = {mark};
    } else if (open?.mark === (mark ^ end) && open.first !== undefined && open.last !== undefined) {
      windows.set(open.mark, (open.last - open.first + 2 ** 32) % 2 ** 32);
      open = undefined;
    }
  }
  return windows;
}
