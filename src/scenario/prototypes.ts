// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {sumBytes} from '../base/sum.ts';
import {AnswerError, answerLines, readLine, readLineIfValid} from '../guest/protocol/answer.ts';
import type {ExecResult} from '../guest/transport.ts';
import type {LedgerEntry} from '../evidence/ledger.ts';
import type {Guest} from '../guest/guest.ts';
import {check, type Check} from '../verdict/check.ts';

/** Counters of loaded modules, by a module's name. */
type Counters = ReadonlyMap<string, Readonly<Record<string, number>>>;

const schema = z.record(z.string().max(256), z.number().nonnegative());

/** The module is not there, or shows nothing. */
const nothing = z.object({op: z.literal('counters'), ok: z.literal(false), errname: z.literal('ENOENT')});

/** The ends of the names of counters that count bytes mapped for peers. */
const peerBytes = /_peer_bytes$/;

/**
 * Modules that map DMA for devices themselves, and count what they map. Their counts are held against the
 * ledger: every byte that their devices moved from peer to peer must have been mapped by them.
 */
export class Prototypes {
  readonly #devices = new Map<string, readonly string[]>();

  /** Notes a module that serves these devices, if it counts what it maps. */
  async loaded(module: string, devices: readonly string[], guest: Guest): Promise<void> {
    const counters = await readCounters(module, guest);
    if (Object.keys(counters).some((name) => peerBytes.test(name))) this.#devices.set(module, devices);
  }

  /** Notes a device that was bound to its driver: whatever is loaded serves it from then on. */
  bound(device: string): void {
    for (const [module, devices] of this.#devices) this.#devices.set(module, [...devices, device]);
  }

  /** Notes that a module is gone, and its counters with it. */
  unloaded(module: string): void {
    this.#devices.delete(module);
  }

  /** The counters as they stand. */
  async read(guest: Guest): Promise<Counters> {
    const counters = new Map<string, Readonly<Record<string, number>>>();
    for (const module of this.#devices.keys()) counters.set(module, await readCounters(module, guest));
    return counters;
  }

  /** Compares what was counted since `before` with the ledger. */
  async check(before: Counters, ledger: readonly LedgerEntry[], guest: Guest): Promise<readonly Check[]> {
    const after = await this.read(guest);
    return [...this.#devices].map(([module, devices]): Check => {
      const counted = sumPeerBytes(after.get(module)) - sumPeerBytes(before.get(module));
      const moved = sumBytes(
        ledger.filter(
          ({initiator, target, bar}) =>
            devices.includes(initiator) && bar !== undefined && target !== initiator,
        ),
      );
      const ok = counted === moved;
      const code = ok ? 'prototype-matches' : 'prototype-differs';
      return check('prototype', ok, 'guest', {code, subject: module, parameters: {mapped: counted, moved}});
    });
  }
}

function sumPeerBytes(counters: Readonly<Record<string, number>> = {}): number {
  return Object.entries(counters).reduce(
    (sum, [name, value]) => (peerBytes.test(name) ? sum + value : sum),
    0,
  );
}

async function readCounters(module: string, guest: Guest): Promise<Readonly<Record<string, number>>> {
  const words = ['p2p', 'counters', module];
  const answer = await guest.run(words);
  return parseCounters(words, answer);
}

/**
 * Reads what `p2p counters` prints of a module.
 * @returns nothing of a module that shows no parameters
 * @throws AnswerError when it cannot be read: a counter that is not read would pass for one that counted nothing
 */
export function parseCounters(
  words: readonly string[],
  answer: Pick<ExecResult, 'code' | 'stdout' | 'truncated'>,
): Readonly<Record<string, number>> {
  const [line = ''] = answerLines(words, answer);
  if (answer.code === 0) return readLine(words, line, schema);
  if (readLineIfValid(line, nothing) !== undefined) return {};
  throw new AnswerError(words, `it ended with ${answer.code}`, answer.stdout);
}
