// SPDX-License-Identifier: MIT
import {deviceAt} from '../../evidence/address-map.ts';
import {cpuAccesses} from '../../evidence/arrivals.ts';
import type {OptionsOf} from '../../spec/steps/registry.ts';
import {maskBits} from '../../topology/dma-mask.ts';
import {findNode, nodeOf} from '../../topology/model.ts';
import {busAddressOf} from '../../topology/windows.ts';
import {check, type Check} from '../../verdict/check.ts';
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
    return [{code: 'module-probe-failed', parameters: {error: said}}];
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
