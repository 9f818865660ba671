// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {addressBitsOf, isBridge} from '../devices/roles.ts';
import {deviceId, moduleName} from '../spec/names.ts';
import {eduMaskBits} from '../topology/dma-mask.ts';
import {nodeOf, type Topology} from '../topology/model.ts';
import type {GuestCommand} from './guest-command.ts';
import {unboundEdus} from './drivers.ts';
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

/** Module parameters by name. */
type Parameters = Readonly<Record<string, z.output<typeof parameter>>>;

/** The lab's driver of edus. */
const eduModule = 'p2plab';

export const load = verb({
  movesData: false,
  isSetup: true,
  example: {module: 'p2plab'},
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
    const told = module === eduModule ? parameters['edu_dma_bits'] : undefined;
    const widths = Object.values(scene.devices).map((spec) => addressBitsOf(spec) ?? 64);
    const bits = Math.min(64, ...widths);
    if (told !== undefined && told !== bits) {
      const text = `the edus of the topology have addresses of ${bits} bits`;
      scene.report(['parameters', 'edu_dma_bits'], text, 'drop it: the lab passes what "dma-bits" says');
    }
    for (const [index, id] of rebind.entries()) {
      const spec = checkDevice(scene, ['rebind', index], id);
      if (spec !== undefined && isBridge(spec)) {
        scene.report(
          ['rebind', index],
          `"${id}" is a bridge: its driver stays`,
          'name the endpoints below it',
        );
      }
    }
  },
  title: ({module}) => `load ${module}`,
  commands: ({module, parameters, rebind}, topology) => [
    loadModule(module, {...driverParameters(module, topology), ...parameters}),
    ...rebind.map((id) => bindAnew(nodeOf(topology, id).bdf)),
  ],
  loads: ({module}) => module,
  async passed({module, rebind}, {guest, topology, prototypes}) {
    const errors = module === eduModule ? await unboundEdus({guest, topology}) : [];
    if (errors.length === 0) await prototypes.loaded(module, rebind, guest);
    return errors;
  },
});

/** Loads a module of the lab's. */
export function loadModule(name: string, parameters: Parameters = {}): GuestCommand {
  const words = Object.entries(parameters).map(([key, value]) => `${key}=${moduleValue(value)}`);
  return {words: ['insmod', `/lib/modules/${name}.ko`, ...words], exit: 0};
}

/** What the lab's edu driver cannot detect. */
function driverParameters(module: string, topology: Topology): Parameters {
  const bits = module === eduModule ? eduMaskBits(topology) : undefined;
  return bits === undefined ? {} : {edu_dma_bits: bits};
}

/** Takes a function's driver away and gives it back. */
export function bindAnew(bdf: string): GuestCommand {
  return {words: ['p2p', 'rebind', bdf], exit: 0};
}

/** A module's bool parameter takes Y and N. */
function moduleValue(value: string | number | boolean): string {
  if (typeof value !== 'boolean') return String(value);
  return value ? 'Y' : 'N';
}
