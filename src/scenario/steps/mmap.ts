// SPDX-License-Identifier: MIT
import type {OptionsOf} from '../../spec/steps/registry.ts';
import {nodeOf, type Topology} from '../../topology/model.ts';
import {callChecks, endChecks} from '../calls.ts';
import type {DataVerb} from '../stage.ts';
import {begin, end, type GuestCommand} from './command.ts';
import {removalCommand, removalTitle} from './removal.ts';

type Mmap = OptionsOf<'mmap'>;

/** Seconds that something may take once nothing stands in its way any more. */
const endLimit = 20;

/** A mapping of a provider's memory, and the CPU's touch of it; no device moves anything. */
export const mmap: DataVerb<Mmap> = {
  command: words,
  staged: (options, topology) => {
    if (options.during === undefined) return undefined;
    const mapping: GuestCommand = {words: [...words(options, topology), '--pause'], exit: 1};
    const removal = removalCommand(options.during, topology);
    return [
      begin('map', mapping),
      begin('removal', removal),
      end('removal', removal, endLimit),
      end('map', mapping, endLimit),
    ];
  },
  transfers: () => [],
  effect: () => undefined,
  account: ({'expect-error': expectError, during: what}, results) => {
    if (what === undefined)
      return callChecks(results, [], expectError === undefined ? undefined : {map: expectError});
    // Nobody uses the memory but the CPU, from which it is taken: a touch is SIGBUS then.
    return [
      ...callChecks(results.slice(3), [], {touch: 'EFAULT'}),
      ...endChecks(results[2], removalTitle(what)),
    ];
  },
  checks: () => Promise.resolve([]),
};

function words({provider, bytes, offset, readOnly, ...options}: Mmap, topology: Topology): readonly string[] {
  return [
    ...['p2p', 'map', '--through', nodeOf(topology, provider).bdf, '--bytes', String(bytes)],
    ...(offset === 0 ? [] : ['--offset', String(offset)]),
    ...(options.private ? ['--private'] : []),
    ...(readOnly ? ['--read-only'] : []),
  ];
}
