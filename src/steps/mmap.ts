// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {deviceId, errorName} from '../spec/names.ts';
import {nodeOf, type Topology} from '../topology/model.ts';
import {callChecks, endChecks} from './calls.ts';
import {begin, end, type GuestCommand, tool} from './command.ts';
import {transferOffset, transferSize} from './fields.ts';
import {
  checkRemoval,
  meanwhile,
  type Removal,
  removal,
  removalCommand,
  removalTitle,
  slotEmptiedBy,
} from './removal.ts';
import {checkMapped} from './scene.ts';
import {type Options, verb} from './verb.ts';

/** Seconds that something may take once nothing stands in its way any more. */
const endLimit = 20;

const options = z
  .strictObject({
    provider: deviceId.describe('The provider.'),
    bytes: transferSize.describe('Length of the mapping; it may exceed the memory of the provider.'),
    offset: transferOffset.describe('Offset of the mapping.'),
    private: z.boolean().default(false).describe('Whether the mapping is MAP_PRIVATE.'),
    'read-only': z.boolean().default(false).describe('Whether the mapping is read-only.'),
    'expect-error': errorName.optional().describe('The error with which the kernel must refuse the mapping.'),
    during: removal
      .optional()
      .describe('What is removed while the memory is mapped: later accesses must raise SIGBUS.'),
  })
  .transform(({'read-only': readOnly, ...rest}) => ({...rest, readOnly}))
  .describe("Maps a provider's memory into a process that accesses it. No device does DMA.");

/** A mapping of a provider's memory, and the CPU's touch of it; no device moves anything. */
export const mmap = verb({
  movesData: true,
  example: {provider: 'cmb', bytes: '64KiB', during: {unbind: 'cmb'}},
  options,
  check({provider, during: what}, scene) {
    checkMapped(scene, ['provider'], provider, 0);
    checkRemoval(what, scene);
  },
  title: ({provider, during: what}) => `map ${provider}${meanwhile(what)}`,
  commands: (given, topology) => {
    const mapping = words(given, topology);
    return given.during === undefined ? [tool(...mapping)] : disturbed(mapping, given.during, topology);
  },
  mapped: ({provider}) => [provider],
  slotChange: ({during: what}) => slotEmptiedBy(what),
  watched: {
    transfers: () => [],
    account: ({'expect-error': expectError, during: what}, results) => {
      if (what === undefined)
        return callChecks(results, [], expectError === undefined ? undefined : {map: expectError});
      // Nobody uses the memory but the CPU, from which it is taken: a touch is SIGBUS then.
      return [
        ...callChecks(results.slice(3), [], {touch: 'EFAULT'}),
        ...endChecks(results[2], removalTitle(what)),
      ];
    },
  },
});

function words(
  {provider, bytes, offset, readOnly, ...rest}: Options<typeof options>,
  topology: Topology,
): readonly string[] {
  return [
    ...['map', '--through', nodeOf(topology, provider).bdf, '--bytes', String(bytes)],
    ...(offset === 0 ? [] : ['--offset', String(offset)]),
    ...(rest.private ? ['--private'] : []),
    ...(readOnly ? ['--read-only'] : []),
  ];
}

/** The memory is mapped, and something is removed before the process that mapped it goes on. */
function disturbed(mapping: readonly string[], what: Removal, topology: Topology): readonly GuestCommand[] {
  const map: GuestCommand = {...tool(...mapping, '--pause'), exit: 1};
  const remove = removalCommand(what, topology);
  return [
    begin('map', map),
    begin('removal', remove),
    end('removal', remove, endLimit),
    end('map', map, endLimit),
  ];
}
