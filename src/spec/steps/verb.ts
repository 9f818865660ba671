// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {hostMemory} from '../../base/targets.ts';
import {deviceId} from '../names.ts';
import {multipleOf} from '../size.ts';
import type {Frozen} from '../yaml.ts';
import type {Scene} from './scene.ts';

/** A kind of step: how its options are written, and what they must meet in a topology. */
export interface Verb<S extends z.ZodType = z.ZodType> {
  readonly options: S;
  /** Whether it moves data by DMA, so that `expect` means something. */
  readonly movesData: boolean;
  /** Reports what is wrong with the options in this scene. */
  check(options: Frozen<z.output<S>>, scene: Scene): void;
}

/** Gives a verb the type of its own options. */
export function verb<S extends z.ZodType>(definition: Verb<S>): Verb<S> {
  return definition;
}

/** What O_DIRECT and the providers' pages ask of every transfer. */
export const pageBytes = 4096;

/** A number of bytes to be moved. */
export const transferSize = multipleOf(pageBytes);

/** So that the drive that holds the bytes need not reach the provider. */
export const stagedByCpu = z
  .boolean()
  .default(false)
  .describe("Whether the CPU copies the bytes into the provider's memory, instead of the source drive.");

/** A provider's id, or `host-memory`. */
export const through = z
  .union([z.literal(hostMemory), deviceId], {error: `neither the id of a device nor ${hostMemory}`})
  .meta({title: `device ID or ${hostMemory}`});
