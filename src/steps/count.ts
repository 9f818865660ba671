// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {clockWindows, tickNanoseconds} from '../evidence/clock.ts';
import {deviceId} from '../spec/names.ts';
import {nodeOf} from '../topology/model.ts';
import {checkCounts, countGaps, type Counted} from '../verdict/count.ts';
import {parsedLines} from './answers.ts';
import {tool} from './command.ts';
import type {GuestResults, Measurement, Observed} from './observed.ts';
import {checkType} from './scene.ts';
import {verb} from './verb.ts';

/** What is counted, in the order of images/guest/count.c. */
const operations = ['known', 'sg-1', 'sg-16', 'sg-256', 'page', 'coherent'] as const;

/** The mark of an operation, and its bit that says that nothing is called: images/guest/count.c, uapi/p2plab.h. */
const markOf = (index: number): number => 0x7032_0000 | (index << 2);
const nothing = 0x2;

const whole = z.int().nonnegative();

const counted = z.object({
  op: z.literal('count'),
  ok: z.literal(true),
  operation: z.enum(operations),
  map: whole,
  unmap: whole,
  rounds: whole.min(1),
  differing: whole,
});

type Told = z.output<typeof counted>;

/** What the guest's tool says of each operation, in their order. */
function readCounts(results: GuestResults): readonly (Told | undefined)[] {
  const lines = results
    .flatMap(({stdout}) => parsedLines(stdout))
    .flatMap((line) => {
      const read = counted.safeParse(line);
      return read.success ? [read.data] : [];
    });
  return operations.map((name) => lines.find(({operation}) => operation === name));
}

/** Counts the instructions of mapping host memory; that nothing moves is part of what must come. */
export const count = verb({
  movesData: false,
  countsInstructions: true,
  example: {initiator: 'edu0'},
  options: z
    .strictObject({initiator: deviceId.describe('An edu.')})
    .describe(
      'Counts the instructions that mapping and unmapping host memory takes. It needs a variant with "count-instructions".',
    ),
  check({initiator}, scene) {
    checkType(scene, ['initiator'], initiator, ['edu'], 'edu');
  },
  title: ({initiator}) => `count instructions of mapping for ${initiator}`,
  commands: ({initiator}, topology) => [tool('count', nodeOf(topology, initiator).bdf)],
  watched: {
    mapsOnly: true,
    transfers: () => [],
    checks: ({initiator}, observed) => Promise.resolve(checkCounts(withClock(initiator, observed))),
    gaps: ({initiator}, observed) =>
      observed.guestSaid.every(({code}) => code === 0) ? countGaps(withClock(initiator, observed)) : [],
    measurements: (_options, results) =>
      readCounts(results).flatMap((told) => (told ? measurementsOf(told) : [])),
  },
});

/** What the guest says, with what the host saw of QEMU's clock: each window less the one in which nothing was called. */
function withClock(initiator: string, {guestSaid, events, map}: Observed): readonly Counted[] {
  const windows = clockWindows(events, map, initiator);
  return readCounts(guestSaid).map((told, index): Counted => {
    const operation = operations[index] ?? '';
    if (told === undefined)
      return {operation, map: NaN, unmap: NaN, rounds: 0, differing: 0, byClock: undefined};
    const mark = markOf(index);
    const ticks = (windows.get(mark) ?? NaN) - (windows.get(mark | nothing) ?? NaN);
    const byClock = (ticks * tickNanoseconds) / told.rounds;
    return {...told, byClock: Number.isNaN(byClock) ? undefined : byClock};
  });
}

function measurementsOf({operation, map, unmap}: Told): readonly Measurement[] {
  if (operation === 'known') return [];
  const [to, from] = operation === 'coherent' ? ['alloc', 'free'] : ['map', 'unmap'];
  return [
    {name: `${to}-${operation}`, unit: 'instructions', value: map},
    {name: `${from}-${operation}`, unit: 'instructions', value: unmap},
  ];
}
