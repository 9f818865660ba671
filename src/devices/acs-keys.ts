// SPDX-License-Identifier: MIT
import * as z from 'zod';

/** The flags are those of Documentation/admin-guide/kernel-parameters.txt, pci=config_acs: the last is bit 0. */
export const portAcs = z
  .union([z.enum(['redirect', 'no-redirect']), z.string().regex(/^[01x]{1,7}$/)], {
    error: 'acs: redirect, no-redirect, or the flags of pci=config_acs in quotes, as "xx11xx"',
  })
  .meta({title: 'ACS setting'})
  .optional()
  .describe(
    'ACS of the port: "redirect" sends peer-to-peer requests up to the root complex, "no-redirect" does not; or the flags of pci=config_acs in quotes, such as "xx11xx".',
  );

/** ACS of all downstream ports of a switch, or of each of them. */
export const switchAcs = z
  .union([portAcs, z.record(z.string().regex(/^\d+$/, 'not the number of a port'), portAcs)])
  .meta({title: 'ACS setting, or a mapping from port number to ACS setting'})
  .optional()
  .describe('ACS of all downstream ports, or of each of them: {0: redirect}.');
