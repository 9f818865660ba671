// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {deviceId, moduleName} from '../names.ts';
import {checkController, checkSlot} from './device.ts';
import {checkDevice, type Scene} from './scene.ts';

/** What is done to a device or a module while something else uses it. */
export type Removal =
  | {readonly kind: 'unbind' | 'unplug' | 'reset'; readonly device: string}
  | {readonly kind: 'unload'; readonly module: string};

/** One of `unbind: DEVICE`, `unplug: DEVICE`, `reset: DEVICE`, `unload: MODULE`. */
export const removal = z
  .strictObject({
    unbind: deviceId.describe('Unbinds this device from its driver.'),
    unplug: deviceId.describe('Unplugs the slot of this device.'),
    reset: deviceId.describe('Resets this NVMe controller.'),
    unload: moduleName.describe('Unloads this module.'),
  })
  .partial()
  .meta({minProperties: 1, maxProperties: 1})
  .transform(({unload, ...devices}, context): Removal => {
    if (context.issues.length > 0) return z.NEVER;
    const found: Removal[] = (['unbind', 'unplug', 'reset'] as const).flatMap((kind) => {
      const device = devices[kind];
      return device === undefined ? [] : [{kind, device}];
    });
    if (unload !== undefined) found.push({kind: 'unload', module: unload});
    const [one, second] = found;
    if (one !== undefined && second === undefined) return one;
    context.addIssue({
      code: 'custom',
      message: 'one thing is done meanwhile',
      params: {hint: 'write one of unbind, unplug, reset, unload'},
    });
    return z.NEVER;
  });

/** Reports what cannot be done to the topology's devices. */
export function checkRemoval(what: Removal | undefined, scene: Scene): void {
  if (what === undefined || what.kind === 'unload') return;
  const below: Scene = {
    ...scene,
    report: (path, text, hint) => {
      scene.report(['during', what.kind, ...path], text, hint);
    },
  };
  if (what.kind === 'unplug') {
    if (checkDevice(below, [], what.device) !== undefined) checkSlot(what, below);
  } else if (what.kind === 'reset') checkController(what, below);
  else checkDevice(below, [], what.device);
}
