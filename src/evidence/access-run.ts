// SPDX-License-Identifier: MIT
import type {TraceEvent} from './trace-event.ts';

type Access = Extract<TraceEvent, {kind: 'access'}>;

/** No BAR ends within a page: what is joined is in one. */
const pageBytes = 4096;

/**
 * Joins accesses that follow each other, of one side, in one direction and without a hole, as far as they are in one
 * page: 20 MiB that move a word at a time would be five million. Of what a CPU reads the value is kept.
 *
 * A NIC reads inside a vCPU's write to its doorbell, so that its reads look like the vCPU's and are told from these one
 * by one (arrivals.ts): from a descriptor on, or a write to an e1000, whose descriptors are not traced, until the next
 * register is touched, no reads of a vCPU are joined.
 */
export class AccessRun {
  readonly #events: TraceEvent[];
  #first: Access | undefined;
  #end = 0;
  #values: string[] = [];
  #fetching = false;

  constructor(events: TraceEvent[]) {
    this.#events = events;
  }

  add(access: Access): void {
    const first = this.#first;
    const {address, size, operation, cpu, value} = access;
    const joins =
      first !== undefined &&
      address === this.#end &&
      operation === first.operation &&
      cpu === first.cpu &&
      address % pageBytes !== 0 &&
      address - (address % pageBytes) <= first.address &&
      !(this.#fetching && cpu !== -1);
    if (!joins) {
      this.end();
      this.#first = access;
    }
    this.#end = address + size;
    if (cpu !== -1 && operation === 'read') this.#values.push(value.slice(2).padStart(2 * size, '0'));
  }

  /** Another event comes next. */
  interrupt(event: TraceEvent): void {
    this.end();
    if (event.kind === 'nic-transmit') this.#fetching = true;
    if (event.kind === 'register') this.#fetching = event.model === 'e1000' && event.operation === 'write';
  }

  /** No access comes next. */
  end(): void {
    const first = this.#first;
    if (first === undefined) return;
    const {operation, cpu, address, region} = first;
    const value = this.#value();
    this.#events.push({kind: 'access', operation, cpu, address, value, size: this.#end - address, region});
    this.#first = undefined;
    this.#values = [];
  }

  /** The lowest byte is the last. A copy: a part of a trace's text would keep all of it in memory. */
  #value(): string {
    if (this.#values.length === 0) return '';
    const digits = this.#values.reverse().join('');
    return `0x${Buffer.from(digits, 'latin1').toString('latin1')}`;
  }
}
