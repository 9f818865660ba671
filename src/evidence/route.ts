// SPDX-License-Identifier: MIT
import type {RouteKind} from '../topology/route.ts';
import {firstAfter} from './first-after.ts';
import type {TraceEvent} from './trace-event.ts';

/** A part of a transfer, and which way its requests took. */
export interface Routed {
  readonly address: number;
  readonly bytes: number;
  readonly route: RouteKind;
  /** The function that turned them around or blocked them: a switch, a port, or the initiator itself. */
  readonly by?: string;
}

type Request = Extract<TraceEvent, {kind: 'request'}>;

/**
 * Which way the requests of devices took, by QEMU's own account (lab/qemu/routed). A device makes them after
 * it was given an address, so the first request for it from there on is that transfer's.
 */
export class Routes {
  readonly #requests = new Map<string, {readonly index: number; readonly request: Request}[]>();

  constructor(events: readonly TraceEvent[]) {
    for (const [index, event] of events.entries()) {
      if (event.kind !== 'request') continue;
      const own = this.#requests.get(event.device);
      if (own === undefined) this.#requests.set(event.device, [{index, request: event}]);
      else own.push({index, request: event});
    }
  }

  /**
   * The ways of a transfer, in pieces; `undefined` if the trace does not show all of it.
   * @param given `from` is the index of the event by which the device was given the address
   */
  follow(
    device: string,
    direction: 'read' | 'write',
    given: {readonly address: number; readonly bytes: number; readonly from: number},
  ): readonly Routed[] | undefined {
    const requests = this.#requests.get(device) ?? [];
    let next = firstAfter(requests, given.from);
    const pieces: Routed[] = [];
    const end = given.address + given.bytes;
    for (let at = given.address; at < end; ) {
      const request = requests[next++]?.request;
      if (request === undefined) return undefined;
      const {operation, address, bytes, route, by} = request;
      if (operation !== direction || at < address || at >= address + bytes) continue;
      const to = Math.min(address + bytes, end);
      const last = pieces.at(-1);
      if (last?.route === route && last.by === by) {
        pieces[pieces.length - 1] = {...last, bytes: last.bytes + to - at};
      } else {
        pieces.push({address: at, bytes: to - at, route, ...(by !== undefined && {by})});
      }
      at = to;
    }
    return pieces;
  }
}
