// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {verb} from './verb.ts';

/** A root port's id, or `sw0.1`: the port of a switch with this number. */
const port = z.string().regex(/^[a-z][a-z0-9-]{0,19}(\.\d{1,2})?$/, 'no port: a root port, or sw0.1');

/**
 * Writes a port's ACS control past the kernel, as `setpci` does, while devices have their drivers. What is not
 * said of it stays as it was.
 */
export const acs = verb({
  movesData: false,
  options: z.strictObject({
    port,
    set: z.union([z.enum(['redirect', 'no-redirect']), z.string().regex(/^[01x]{1,7}$/)], {
      error: 'redirect, no-redirect, or the flags of pci=config_acs in quotes, as "xx11xx"',
    }),
  }),
  check({port: id}, scene) {
    const [name = '', number] = id.split('.');
    const device = Object.hasOwn(scene.devices, name) ? scene.devices[name] : undefined;
    const wanted = number === undefined ? 'root-port' : 'switch';
    if (device?.type !== wanted) scene.report(['port'], `the topology has no port "${id}"`);
  },
});
