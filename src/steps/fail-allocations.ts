// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {deviceId} from '../spec/names.ts';
import {nodeOf} from '../topology/model.ts';
import {tool} from './command.ts';
import {checkProvider} from './scene.ts';
import {verb} from './verb.ts';

/** What is mapped, more than once: MAP_BYTES in images/guest/starve.c. */
const mapBytes = 5 * 2 ** 20;

export const failAllocations = verb({
  movesData: false,
  example: {provider: 'cmb'},
  options: z
    .strictObject({provider: deviceId.describe('The provider.')})
    .describe(
      "Maps a provider's memory repeatedly and makes each of the kernel's allocations fail once. It needs the variant debug.",
    ),
  check({provider}, scene) {
    checkProvider(scene, ['provider'], provider, mapBytes);
  },
  title: ({provider}) => `fail-allocations in mappings of ${provider}`,
  commands: ({provider}, topology) => [tool('fail-allocations', nodeOf(topology, provider).bdf)],
  mapped: ({provider}) => [provider],
});
