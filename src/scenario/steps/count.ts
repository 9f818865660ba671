// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {clockWindows, tickNanoseconds} from '../../evidence/clock.ts';
import type {OptionsOf} from '../../spec/steps/registry.ts';
import {nodeOf} from '../../topology/model.ts';
import {checkCounts, type Counted} from '../../verdict/count.ts';
import type {Measurement} from '../record.ts';
import type {DataVerb, GuestResults, Observed} from '../stage.ts';
import {parsedLines} from './answers.ts';

type Count = OptionsOf<'count'>;

/** A mark's bit that says that nothing is called: images/include/uapi/p2plab.h. */
const nothing = 0x2;

const whole = z.int().nonnegative();

const counted = z.object({
  op: z.literal('count'),
  ok: z.literal(true),
  operation: z.string().regex(/^[a-z]+(-\d+)?$/),
  mark: z
    .string()
    .regex(/^0x[\da-f]{1,8}$/)
    .transform(Number),
  map: whole,
  unmap: whole,
  rounds: whole.min(1),
  differing: whole,
});

/** Every way in which the guest's tool counts: images/guest/count.c. */
const operations = 5;

function readCounts(results: GuestResults): readonly z.output<typeof counted>[] {
  return results
    .flatMap(({stdout}) => parsedLines(stdout))
    .flatMap((line) => {
      const read = counted.safeParse(line);
      return read.success ? [read.data] : [];
    });
}

/** Counts the instructions of mapping host memory; that nothing moves is part of what must come. */
export const count: DataVerb<Count> = {
  command: ({initiator}, topology) => ['p2p', 'count', nodeOf(topology, initiator).bdf],
  transfers: () => [],
  effect: () => undefined,
  checks: (options, observed) => Promise.resolve(checkCounts(withClock(options, observed))),
  measurements: (_options, results) => readCounts(results).flatMap(measurementsOf),
};

/** What the guest says, with what the host saw of QEMU's clock: each window less the one in which nothing was called. */
function withClock({initiator}: Count, {guestSaid, events, map}: Observed): readonly Counted[] {
  const windows = clockWindows(events, map, initiator);
  const counts = readCounts(guestSaid).map(({mark, ...count}) => {
    const ticks = (windows.get(mark) ?? NaN) - (windows.get(mark | nothing) ?? NaN);
    const byClock = (ticks * tickNanoseconds) / count.rounds;
    return {...count, byClock: Number.isNaN(byClock) ? undefined : byClock};
  });
  if (counts.length === operations) return counts;
  const none = {map: 0, unmap: 0, rounds: 0, differing: 0, byClock: undefined};
  return [...counts, {operation: 'what the guest did not tell of', ...none}];
}

function measurementsOf({operation, map, unmap}: z.output<typeof counted>): readonly Measurement[] {
  const [to, from] = operation === 'coherent' ? ['alloc', 'free'] : ['map', 'unmap'];
  return [
    {name: `${to}-${operation}`, unit: 'instructions', value: map},
    {name: `${from}-${operation}`, unit: 'instructions', value: unmap},
  ];
}
