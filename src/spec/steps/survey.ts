// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {api} from './api.ts';
import {providedBytes} from './scene.ts';
import {verb} from './verb.ts';

/**
 * Asks Linux, for every provider and every other endpoint, how far they are apart and what each API would
 * give to the endpoint for a page of the provider; nothing is moved.
 */
export const survey = verb({
  movesData: false,
  options: z.strictObject({apis: z.array(api).min(1).default(['sg'])}),
  check(_options, scene) {
    const {devices, cpus} = scene;
    if (Object.values(devices).some((device) => providedBytes(device, cpus) !== undefined)) return;
    scene.report([], 'the topology has no provider', 'give it an nvme with a cmb');
  },
});
