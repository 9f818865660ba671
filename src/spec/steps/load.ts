// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {deviceId, moduleName} from '../names.ts';
import {checkDevice} from './scene.ts';
import {verb} from './verb.ts';

const error = 'not a value that a module takes: a whole number, true, false or a word';

const wordSyntax = /^[A-Za-z0-9_.,:/-]*$/;

/** The value goes to insmod as a word of its own: no blanks, no quotes. */
const word = z
  .string()
  .refine((text) => wordSyntax.test(text), {error})
  .meta({pattern: wordSyntax.source});
const parameter = z.union([z.int(), z.boolean(), word], {error});

export const load = verb({
  movesData: false,
  options: z
    .strictObject({
      module: moduleName.describe('The module.'),
      parameters: z
        .record(z.string().regex(/^[A-Za-z0-9_]+$/), parameter)
        .default({})
        .describe('Module parameters: integers, booleans or words.'),
      rebind: z.array(deviceId).default([]).describe('Devices whose drivers are rebound.'),
    })
    .describe('Loads a kernel module, then rebinds the drivers of the devices that it serves.'),
  check({module, parameters, rebind}, scene) {
    const told = module === 'p2plab' ? parameters['edu_dma_bits'] : undefined;
    const widths = Object.values(scene.devices).map((spec) => (spec.type === 'edu' ? spec['dma-bits'] : 64));
    const bits = Math.min(64, ...widths);
    if (told !== undefined && told !== bits) {
      const text = `the edus of the topology have addresses of ${bits} bits`;
      scene.report(['parameters', 'edu_dma_bits'], text, 'drop it: the lab passes what "dma-bits" says');
    }
    for (const [index, id] of rebind.entries()) {
      const type = checkDevice(scene, ['rebind', index], id)?.type;
      if (type === 'root-port' || type === 'switch') {
        scene.report(
          ['rebind', index],
          `"${id}" is a bridge: its driver stays`,
          'name the endpoints below it',
        );
      }
    }
  },
});
