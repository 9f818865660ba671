// SPDX-License-Identifier: MIT
import type {OptionsOf} from '../../spec/steps/registry.ts';
import {pageBytes} from '../../spec/steps/verb.ts';
import {nodeOf} from '../../topology/model.ts';
import type {DataVerb} from '../stage.ts';
import {place, providerChecks} from './copy.ts';

type Dma = OptionsOf<'dma'>;

/** Source -> edu -> target, by the API that is asked for; drives and CPU bring and fetch. */
export const dma: DataVerb<Dma> = {
  command: ({edu, api, from, source, target, to, bytes, offset, fromOffset, toOffset}, topology) => [
    ...['p2p', 'dma', '--edu', nodeOf(topology, edu).bdf, '--api', api, '--from', nodeOf(topology, from).bdf],
    ...['--source', place(topology, source), '--target', place(topology, target)],
    ...['--bytes', String(bytes), '--offset', String(offset)],
    ...(to === undefined ? [] : ['--to', nodeOf(topology, to).bdf]),
    ...['--from-offset', String(fromOffset), '--to-offset', String(toOffset)],
  ],
  transfers: ({edu, api, from, source, target, to, bytes}) => [
    {initiator: from, direction: 'write', target: 'host-memory', bytes: pageBytes, api: 'sg'},
    {initiator: edu, direction: 'read', target: source, bytes, api},
    {initiator: edu, direction: 'write', target, bytes, api},
    ...(to === undefined
      ? []
      : [{initiator: to, direction: 'read', target: 'host-memory', bytes: pageBytes, api: 'sg'} as const]),
  ],
  effect: ({from, to, bytes, fromOffset, toOffset}, disks) => {
    if (to === undefined) return;
    const page = Buffer.alloc(pageBytes);
    disks.read(from, fromOffset, bytes).copy(page);
    disks.write(to, toOffset, page);
  },
  checks: ({from, target, bytes, fromOffset}, observed) => {
    const traced = target !== 'host-memory' && nodeOf(observed.topology, target).type === 'nvme';
    if (!traced) return Promise.resolve([]);
    return Promise.resolve(providerChecks(observed, target, observed.disks.read(from, fromOffset, bytes)));
  },
};
