// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {api} from './api.ts';
import {providedBytes} from './scene.ts';
import {verb} from './verb.ts';

export const mapMatrix = verb({
  movesData: false,
  options: z
    .strictObject({apis: z.array(api).min(1).default(['sg']).describe('Calls of the DMA API.')})
    .describe(
      'Reports, for each provider and each other endpoint, the P2PDMA distance and the DMA address of a page by each API. No device does DMA.',
    ),
  check(_options, scene) {
    const {devices, cpus} = scene;
    if (Object.values(devices).some((device) => providedBytes(device, cpus) !== undefined)) return;
    scene.report([], 'the topology has no provider', 'give it an nvme with a cmb');
  },
});
