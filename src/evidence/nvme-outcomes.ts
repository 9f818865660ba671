// SPDX-License-Identifier: MIT
import {hex} from '../base/hex.ts';
import type {TraceEvent} from './trace-event.ts';

/**
 * What became of a command that an NVMe controller was given: it moved its data; the controller rejected it before it
 * moved anything; it failed on the way, so that nobody knows how much moved; or the trace does not show its end.
 */
export type NvmeOutcome =
  | {readonly kind: 'moved' | 'unfinished'}
  | {
      readonly kind: 'rejected' | 'failed';
      /** The status field of the completion, without the phase: QEMU, include/block/nvme.h. */
      readonly status: number;
    };

interface Pending {
  readonly nsid: number;
  /** Index of the event that says what is read or written; not there for any other command. */
  index?: number;
  outcome?: NvmeOutcome;
}

/** A completion with an error; the event after it names the namespace. */
interface Errored {
  readonly queue: number;
  readonly cid: number;
  readonly status: number;
  readonly began: boolean;
  readonly ioError: boolean;
}

/**
 * Pairs commands with their completions by controller, queue and command identifier. QEMU maps the data of a command
 * before it looks whether it can be done (hw/nvme/ctrl.c, nvme_read), so that an address alone proves no transfer.
 *
 * A completion names its queue and its command, but not its controller (nvme_enqueue_req_completion); one with an
 * error is followed by an event that does (pci_nvme_err_req_status). Where several controllers have the same command
 * under way in the same queue, their successes are counted: when there are as many as commands, all of them moved.
 * Linux pairs each submission queue with the completion queue of its number (drivers/nvme/host/pci.c).
 * @returns the outcomes by the index of the `nvme-command` event
 */
export function nvmeOutcomes(events: readonly TraceEvent[]): ReadonlyMap<number, NvmeOutcome> {
  const pairing = new Pairing();
  for (const [index, event] of events.entries()) pairing.follow(event, index);
  return pairing.outcomes();
}

class Pairing {
  readonly #commands: Pending[] = [];
  /** The newest command of each controller, queue and identifier. */
  readonly #latest = new Map<string, Pending>();
  /** Commands that have not ended, by queue and identifier: one a controller at most. */
  readonly #open = new Map<string, Pending[]>();
  /** Successes of which it is not known yet which of the open commands they are of. */
  readonly #successes = new Map<string, number>();
  #current: Pending | undefined;
  #began: number | undefined;
  #ioError: number | undefined;
  #errored: Errored | undefined;

  follow(event: TraceEvent, index: number): void {
    if (event.kind === 'nvme-submit') this.#submit(event);
    else if (event.kind === 'nvme-command') this.#describe(event.nsid, index);
    else if (event.kind === 'nvme-began') this.#began = event.cid;
    else if (event.kind === 'nvme-io-error') this.#ioError = event.cid;
    else if (event.kind === 'nvme-completion') this.#complete(event);
    else if (event.kind === 'nvme-error') this.#fail(event);
  }

  outcomes(): ReadonlyMap<number, NvmeOutcome> {
    const found = this.#commands.flatMap(({index, outcome = {kind: 'unfinished' as const}}) =>
      index === undefined ? [] : [[index, outcome] as const],
    );
    return new Map(found);
  }

  #submit({cid, nsid, queue}: Extract<TraceEvent, {kind: 'nvme-submit'}>): void {
    const key = `${queue} ${cid}`;
    const before = this.#latest.get(`${key} ${nsid}`);
    const left = this.#successes.get(key) ?? 0;
    // Its identifier is used again: a success that nobody else had was its own.
    if (before !== undefined && before.outcome === undefined && left > 0) {
      this.#successes.set(key, left - 1);
      this.#end(key, before, {kind: 'moved'});
    }
    const command: Pending = {nsid};
    this.#current = command;
    this.#commands.push(command);
    this.#latest.set(`${key} ${nsid}`, command);
    this.#open.set(key, [...(this.#open.get(key) ?? []), command]);
  }

  #describe(nsid: number, index: number): void {
    const current = this.#current;
    if (current?.nsid === nsid && current.index === undefined) current.index = index;
    else this.#commands.push({nsid, index});
    this.#current = undefined;
  }

  #complete({cid, queue, status}: Extract<TraceEvent, {kind: 'nvme-completion'}>): void {
    const began = this.#began === cid;
    const ioError = this.#ioError === cid;
    this.#began = undefined;
    this.#ioError = undefined;
    if (status !== 0) {
      this.#errored = {queue, cid, status, began, ioError};
      return;
    }
    const key = `${queue} ${cid}`;
    if (this.#open.has(key)) this.#successes.set(key, (this.#successes.get(key) ?? 0) + 1);
    this.#settle(key);
  }

  #fail({cid, nsid}: Extract<TraceEvent, {kind: 'nvme-error'}>): void {
    const errored = this.#errored;
    this.#errored = undefined;
    if (errored?.cid !== cid) return;
    const key = `${errored.queue} ${cid}`;
    const command = this.#latest.get(`${key} ${nsid}`);
    if (command === undefined) return;
    const {status} = errored;
    // One that had begun and met no error has moved its data, whatever it is told to have come to: a queue that is
    // deleted has its commands aborted, but QEMU waits for what they do (nvme_del_sq).
    if (errored.ioError) this.#end(key, command, {kind: 'failed', status});
    else if (errored.began) this.#end(key, command, {kind: 'moved'});
    else this.#end(key, command, {kind: 'rejected', status});
    this.#settle(key);
  }

  #settle(key: string): void {
    const open = this.#open.get(key) ?? [];
    if (open.length === 0 || (this.#successes.get(key) ?? 0) < open.length) return;
    this.#successes.delete(key);
    for (const command of open) this.#end(key, command, {kind: 'moved'});
  }

  #end(key: string, command: Pending, outcome: NvmeOutcome): void {
    command.outcome = outcome;
    const left = (this.#open.get(key) ?? []).filter((other) => other !== command);
    if (left.length === 0) this.#open.delete(key);
    else this.#open.set(key, left);
  }
}

/** Names of the NVM Express Base Specification for what the status of a rejected command says. */
const statusNames: Readonly<Record<number, string>> = {
  0x01: 'Invalid Command Opcode',
  0x02: 'Invalid Field in Command',
  0x04: 'Data Transfer Error',
  0x06: 'Internal Error',
  0x08: 'Command Aborted due to SQ Deletion',
  0x0b: 'Invalid Namespace or Format',
  0x0d: 'Invalid SGL Segment Descriptor',
  0x0e: 'Invalid Number of SGL Descriptors',
  0x0f: 'Data SGL Length Invalid',
  0x11: 'SGL Descriptor Type Invalid',
  0x12: 'Invalid Use of Controller Memory Buffer',
  0x13: 'PRP Offset Invalid',
  0x80: 'LBA Out of Range',
};

/** More and Do Not Retry are no part of the code. */
const codeMask = 0x7ff;

/** Data of a command in the controller's own memory and elsewhere: QEMU, hw/nvme/ctrl.c, nvme_map_addr. */
const invalidUseOfMemory = 0x12;

/** A status as a person reads it: `0x4012 (Invalid Use of Controller Memory Buffer)`. */
export function describeStatus(status: number): string {
  const name = statusNames[status & codeMask];
  return `${hex(status)}${name === undefined ? '' : ` (${name})`}`;
}

/** Whether a status says that a command cannot have its data both in the controller's own memory and elsewhere. */
export function isInvalidUseOfMemory(status: number): boolean {
  return (status & codeMask) === invalidUseOfMemory;
}
