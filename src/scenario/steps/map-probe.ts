// SPDX-License-Identifier: MIT
import {deviceAt} from '../../evidence/address-map.ts';
import {cpuAccesses} from '../../evidence/arrivals.ts';
import type {OptionsOf} from '../../spec/steps/registry.ts';
import {maskBits} from '../../topology/dma-mask.ts';
import {findNode, nodeOf} from '../../topology/model.ts';
import {busAddressOf} from '../../topology/windows.ts';
import type {Check} from '../../verdict/check.ts';
import {type Answer, checkAnswer} from '../../verdict/reach.ts';
import type {DataVerb, Observed} from '../stage.ts';
import {readAnswer, stdoutOf} from './answers.ts';
import {place} from './copy.ts';

type MapProbe = OptionsOf<'map-probe'>;

const pageBytes = 4096;

/** Asks what a device would be given; that nothing moves is part of what must come. */
export const mapProbe: DataVerb<MapProbe> = {
  command: ({initiator, api, direction, maskBits, segments}, topology) => [
    ...[
      'p2p',
      'map-probe',
      '--initiator',
      initiator === 'none' ? initiator : nodeOf(topology, initiator).bdf,
    ],
    ...['--api', api, '--direction', direction],
    ...(maskBits === undefined ? [] : ['--mask-bits', String(maskBits)]),
    ...segments.flatMap(({memory, bar, offset, length}) => {
      const range = bar === undefined ? '' : `/${bar}`;
      return ['--segment', `${place(topology, memory)}${range},${offset},${length}`];
    }),
  ],
  mapsOnly: true,
  transfers: () => [],
  effect: () => undefined,
  checks: (options, observed) => Promise.resolve(checksOf(options, observed)),
  gaps: ({error, initiator}, observed) => {
    const said = readAnswer(stdoutOf(observed));
    // Memory that the kernel does not give to a driver (EFAULT) is its own doing.
    if (typeof said !== 'string' || said === 'EFAULT' || error !== undefined || initiator === 'none')
      return [];
    return [`the module p2plab could not ask: ${said}`];
  },
};

function checksOf(options: MapProbe, observed: Observed): readonly Check[] {
  const {initiator, api, error, maskBits: given, segments} = options;
  const answer = readAnswer(stdoutOf(observed));
  if (error !== undefined || initiator === 'none' || typeof answer !== 'object') {
    return [checkError(answer, initiator === 'none' ? 'ENXIO' : error)];
  }
  const question = {initiator, api, maskBits: given ?? maskBits(observed.topology, initiator), segments};
  return [...checkAnswer(observed, question, answer), ...checkPlaces(options, observed, answer)];
}

function checkError(answer: Answer | string | undefined, wanted: string | undefined): Check {
  const said =
    typeof answer === 'string'
      ? `it is ${answer}`
      : answer === undefined
        ? 'it said nothing'
        : 'it was asked';
  const detail =
    wanted === undefined
      ? `the kernel was to be asked, but ${said}.`
      : `the kernel was not to be asked, by reason of ${wanted}: ${said}.`;
  return {name: 'question', ok: answer === wanted, witness: 'guest', detail};
}

/**
 * The CPU has touched every page of peers' memory before, in order: where it finds a CMB is what the host
 * saw, and there the guest's pieces must lie.
 */
function checkPlaces(
  {segments}: MapProbe,
  {topology, map, events}: Observed,
  {pieces}: Answer,
): readonly Check[] {
  const traced = (id: string): boolean => {
    const node = findNode(topology, id);
    return node?.kind === 'endpoint' && node.type === 'nvme';
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
  const detail = differs
    ? `the CPU finds the memory at ${list(seen)}, but the guest says ${list(said)}.`
    : `the CPU finds the memory at ${list(seen)}, as the guest says.`;
  return [{name: 'placement', ok: !differs, witness: 'host', detail}];
}

function pagesOf({address, bytes}: {readonly address: number; readonly bytes: number}): readonly number[] {
  const pages: number[] = [];
  for (let page = pageOf(address); page < address + bytes; page += pageBytes) pages.push(page);
  return pages;
}

function pageOf(address: number): number {
  return address - (address % pageBytes);
}

function list(addresses: readonly number[]): string {
  const shown = addresses.slice(0, 4).map((address) => `0x${address.toString(16)}`);
  return [...shown, ...(addresses.length > shown.length ? ['…'] : [])].join(', ') || 'no place';
}
