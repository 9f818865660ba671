// SPDX-License-Identifier: MIT
import {hex} from '../base/hex.ts';
import {type AddressMap, deviceAt} from './address-map.ts';
import type {TraceEvent} from './trace-event.ts';

/** The registers of QEMU's edu (docs/specs/edu.rst), as offsets into its BAR. */
const registers = {source: 0x80, target: 0x88, count: 0x90, command: 0x98} as const;

const run = 0x1n;
const toMemory = 0x2n;

/** A transfer that an edu was told to do. */
export interface EduTransfer {
  readonly initiator: string;
  readonly direction: 'read' | 'write';
  readonly address: number;
  readonly bytes: number;
}

interface State {
  source: bigint;
  target: bigint;
  count: bigint;
  running: boolean;
}

/**
 * Follows what the CPU writes to the registers of edus: from their BARs it is known which is meant, and what
 * an edu is told to do it does, but that it leaves out the bits of an address that it does not have.
 */
export class Edus {
  readonly #states = new Map<string, State>();
  readonly #map: AddressMap;
  /** The width of an edu's addresses in bits, by its id. */
  readonly #addressBits: Readonly<Record<string, number>>;
  readonly #gaps: string[];

  constructor(map: AddressMap, addressBits: Readonly<Record<string, number>>, gaps: string[]) {
    this.#map = map;
    this.#addressBits = addressBits;
    this.#gaps = gaps;
  }

  /** The transfer that this access to a register starts, if it starts one. */
  follow({operation, address, value}: Extract<TraceEvent, {kind: 'register'}>): EduTransfer | undefined {
    const bar = deviceAt(this.#map, address);
    if (bar === undefined) {
      this.#gaps.push(`an edu is told something at ${hex(address)}, where no BAR is`);
      return undefined;
    }
    const {device} = bar;
    const state = this.#states.get(device) ?? {source: 0n, target: 0n, count: 0n, running: false};
    this.#states.set(device, state);
    const offset = address - bar.start;
    const word = BigInt(value);
    if (operation === 'read') {
      if (offset === registers.command && (word & run) === 0n) state.running = false;
      return undefined;
    }
    if (state.running && offset >= registers.source) {
      this.#gaps.push(`${device} was told something else before it had ended a transfer`);
      return undefined;
    }
    if (offset === registers.source) state.source = word;
    if (offset === registers.target) state.target = word;
    if (offset === registers.count) state.count = word;
    if (offset !== registers.command || (word & run) === 0n) return undefined;
    state.running = true;
    const writes = (word & toMemory) !== 0n;
    const given = writes ? state.target : state.source;
    const bits = this.#addressBits[device] ?? 64;
    return {
      initiator: device,
      direction: writes ? 'write' : 'read',
      address: Number(BigInt.asUintN(bits, given)),
      bytes: Number(state.count),
    };
  }

  /** Notes transfers whose end nobody has seen. */
  end(): void {
    for (const [device, {running}] of this.#states) {
      if (running) this.#gaps.push(`${device} began a transfer whose end was not seen`);
    }
  }
}
