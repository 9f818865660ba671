// SPDX-License-Identifier: MIT
import * as z from 'zod';

/** Words that stand where a device's id can stand, or that the lab keeps for its own devices. */
const reserved = /^(host-memory|unmapped|lab|lab-.*)$/;

/**
 * A device's id in a topology. At most 20 characters, for it is the serial number of an NVMe controller
 * too (NVMe base specification: SN, 20 bytes).
 */
export const deviceId = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,19}$/, 'an id has a small letter, then small letters, digits, "-"; at most 20')
  .refine((id) => !reserved.test(id), "this name is the lab's own: take another")
  .meta({title: 'device ID', not: {pattern: reserved.source}});

/** A word such as `x86_64`: of a configuration fragment. */
export const kebabName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]*$/, 'write small letters, digits, "-", "_"')
  .meta({title: 'name'});

/** An error as errno(3) names it: `EREMOTEIO`. */
export const errorName = z
  .string()
  .regex(/^E[A-Z0-9]{2,14}$/, 'not the name of an error: write EINVAL')
  .meta({title: 'errno name'});

/** A kernel module's name: that of a folder in images/modules/. */
export const moduleName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_]*$/, 'not a name of a module')
  .meta({title: 'module name'});

/** A text that is not blank: JSON Schema cannot trim. */
export const notBlank = {pattern: String.raw`\S`};

export const description = z
  .string()
  .trim()
  .min(1, 'say in a line what this is')
  .meta({description: 'One line that says what the file describes.', ...notBlank});
