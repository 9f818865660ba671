// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {hostMemory} from '../base/targets.ts';
import {deviceId} from '../spec/names.ts';
import {multipleOf} from '../spec/size.ts';

/** What O_DIRECT and the providers' pages ask of every transfer. */
export const pageBytes = 4096;

/** A number of bytes to be moved. */
export const transferSize = multipleOf(pageBytes);

/** An offset on a disk or in memory. */
export const transferOffset = z.union([z.literal(0), transferSize]).default(0);

/** So that the drive that holds the bytes need not reach the provider. */
export const stagedByCpu = z
  .boolean()
  .default(false)
  .describe("Whether the CPU copies the bytes into the provider's memory, instead of the source drive.");

/** A provider's id, or `host-memory`. */
export const through = z
  .union([z.literal(hostMemory), deviceId], {error: `neither the id of a device nor ${hostMemory}`})
  .meta({title: `device ID or ${hostMemory}`});
