// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {formatBytes} from '../base/bytes.ts';
import {size} from '../base/size.ts';
import {hostMemory} from '../base/targets.ts';
import {hasTracedMemory} from '../devices/roles.ts';
import {deviceAt} from '../evidence/address-map.ts';
import {cpuAccesses} from '../evidence/arrivals.ts';
import {api} from '../spec/api.ts';
import {deviceId} from '../spec/names.ts';
import {maskBits} from '../topology/dma-mask.ts';
import {findNode, nodeOf} from '../topology/model.ts';
import {busAddressOf} from '../topology/bridge-windows.ts';
import {check, type Check} from '../verdict/check.ts';
import {type Answer, checkAnswer} from '../verdict/reach.ts';
import {readAnswer, stdoutOf} from './answers.ts';
import {place, tool} from './guest-command.ts';
import {pageBytes, through} from './fields.ts';
import type {Observed} from './observed.ts';
import {checkDevice, checkProvider, type Scene} from './scene.ts';
import {type Options, verb} from './verb.ts';

/** What the guest's module takes at once: images/include/uapi/p2plab.h. */
const mostSegments = 64;
const mostBytes = 4 * 2 ** 20;

const segment = z.strictObject({
  memory: through.describe('Provider whose memory it is, or host-memory.'),
  bar: z
    .int()
    .min(0)
    .max(5)
    .optional()
    .describe('A BAR of the device, instead of its P2PDMA memory; for resource only.'),
  offset: z
    .union([z.literal(0), size])
    .default(0)
    .describe('Offset in the memory.'),
  length: size.describe('Number of bytes.'),
});

const options = z
  .strictObject({
    initiator: z
      .union([z.literal('none'), deviceId])
      .meta({title: 'device ID or none'})
      .describe('The device that would do the DMA; "none" stands for a device without a DMA mask.'),
    api,
    direction: z
      .enum(['to-device', 'from-device', 'both'])
      .default('both')
      .describe('Direction of the DMA mapping.'),
    'mask-bits': z
      .int()
      .min(12)
      .max(64)
      .optional()
      .describe('Width of the DMA mask for this mapping; for devices without a driver only.'),
    segments: z.array(segment).min(1).max(mostSegments).describe('Memory to map.'),
    error: z
      .string()
      .regex(/^E[A-Z]+$/, 'not the symbol of an errno')
      .optional()
      .describe('The error with which the guest must refuse the request, such as ENXIO.'),
  })
  .transform(({'mask-bits': bits, ...rest}) => ({...rest, ...(bits !== undefined && {maskBits: bits})}))
  .describe('Maps memory for a device by the DMA API and reports the DMA addresses. No device does DMA.');

type Probe = Options<typeof options>;

/** Asks what a device would be given; that nothing moves is part of what must come. */
export const mapProbe = verb({
  movesData: false,
  example: {initiator: 'src', api: 'sg', segments: [{memory: 'cmb', length: '4KiB'}]},
  options,
  check({initiator, api: by, segments}, scene) {
    if (initiator !== 'none') checkDevice(scene, ['initiator'], initiator);
    for (const [index, {memory, bar, offset, length}] of segments.entries()) {
      const path = ['segments', index];
      if (bar !== undefined) checkBar(scene, path, memory, by);
      else checkProvider(scene, [...path, 'memory'], memory, offset + length);
    }
    const bytes = segments.reduce((sum, {length}) => sum + length, 0);
    if (segments.every(({bar}) => bar === undefined) && bytes > mostBytes) {
      scene.report(['segments'], `these are ${bytes} bytes: at most ${formatBytes(mostBytes)}`);
    }
  },
  title: ({initiator, api: by, segments}) =>
    `map-probe ${initiator} ↔ ${segments.map(({memory}) => memory).join(', ')} by ${by}`,
  commands: ({initiator, api: by, direction, maskBits: bits, segments}, topology) => [
    tool(
      ...['map-probe', '--initiator', initiator === 'none' ? initiator : nodeOf(topology, initiator).bdf],
      ...['--api', by, '--direction', direction],
      ...(bits === undefined ? [] : ['--mask-bits', String(bits)]),
      ...segments.flatMap(({memory, bar, offset, length}) => {
        const range = bar === undefined ? '' : `/${bar}`;
        return ['--segment', `${place(topology, memory)}${range},${offset},${length}`];
      }),
    ),
  ],
  // A range of a BAR needs no provider.
  mapped: ({segments}) =>
    segments
      .filter(({memory, bar}) => memory !== 'host-memory' && bar === undefined)
      .map(({memory}) => memory),
  bound: ({initiator, maskBits: bits}) => (bits === undefined ? [initiator] : []),
  watched: {
    mapsOnly: true,
    asksApi: true,
    transfers: () => [],
    checks: (asked, observed) => Promise.resolve(checksOf(asked, observed)),
    gaps: ({error, initiator}, observed) => {
      const said = readAnswer(stdoutOf(observed));
      // Memory that the kernel does not give to a driver (EFAULT) is its own doing.
      if (typeof said !== 'string' || said === 'EFAULT' || error !== undefined || initiator === 'none')
        return [];
      return [{code: 'module-probe-failed', parameters: {error: said}}];
    },
  },
});

function checkBar(scene: Scene, path: readonly (string | number)[], memory: string, by: string): void {
  if (by !== 'resource') {
    scene.report([...path, 'bar'], `"bar" goes with api: resource`, 'drop it, or change the api');
  } else if (memory === hostMemory) {
    scene.report([...path, 'bar'], 'host memory has no BAR', 'drop "bar"');
  } else {
    checkDevice(scene, [...path, 'memory'], memory);
  }
}

function checksOf(asked: Probe, observed: Observed): readonly Check[] {
  const {initiator, api: by, error, maskBits: given, segments} = asked;
  const answer = readAnswer(stdoutOf(observed));
  if (error !== undefined || initiator === 'none' || typeof answer !== 'object') {
    return [checkError(answer, initiator === 'none' ? 'ENXIO' : error)];
  }
  const question = {initiator, api: by, maskBits: given ?? maskBits(observed.topology, initiator), segments};
  return [...checkAnswer(observed, question, answer), ...checkPlaces(asked, observed, answer)];
}

function checkError(answer: Answer | string | undefined, wanted: string | undefined): Check {
  if (answer === wanted && wanted !== undefined)
    return check('question', true, 'guest', {code: 'probe-error-correct', parameters: {error: wanted}});
  const observed =
    typeof answer === 'string' ? {error: answer} : answer === undefined ? 'no-answer' : 'mapped';
  const parameters = {observed, ...(wanted !== undefined && {expected: wanted})} as const;
  return check('question', answer === wanted, 'guest', {code: 'probe-error-differs', parameters});
}

/**
 * The CPU has touched every page of peers' memory before, in order: where it finds a CMB is what the host
 * saw, and there the guest's pieces must lie.
 */
function checkPlaces(
  {segments}: Probe,
  {topology, map, events}: Observed,
  {pieces}: Answer,
): readonly Check[] {
  const traced = (id: string): boolean => {
    const node = findNode(topology, id);
    return node !== undefined && hasTracedMemory(node);
  };
  const touched = segments.some(({memory, bar}) => bar === undefined && traced(memory));
  const untold = segments.some(({memory, bar}) => bar !== undefined && traced(memory));
  if (!touched || untold) return [];
  const isTraced = (address: number): boolean => traced(deviceAt(map, address)?.device ?? '');
  const seen = cpuAccesses(events, 'read').map(({address}) => pageOf(address));
  const said = pieces
    .map((piece) => ({...piece, address: busAddressOf(topology.windows, piece.address) ?? NaN}))
    .filter(({address}) => isTraced(address))
    .flatMap(pagesOf);
  const differs = seen.length !== said.length || said.some((page, index) => page !== seen[index]);
  return [
    check(
      'placement',
      !differs,
      'host',
      differs
        ? {
            code: 'probe-placement-wrong',
            parameters: {observed: seen, reported: said.filter(Number.isFinite)},
          }
        : {code: 'probe-placement-correct', parameters: {addresses: seen}},
    ),
  ];
}

function pagesOf({address, bytes}: {readonly address: number; readonly bytes: number}): readonly number[] {
  const pages: number[] = [];
  for (let page = pageOf(address); page < address + bytes; page += pageBytes) pages.push(page);
  return pages;
}

function pageOf(address: number): number {
  return address - (address % pageBytes);
}
