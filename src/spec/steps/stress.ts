// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {deviceId} from '../names.ts';
import {checkDisk, checkProvider, checkType} from './scene.ts';
import {through, verb} from './verb.ts';

/** What images/guest/stress.h has room for. */
const most = {drives: 4, places: 4, workers: 16} as const;

/** What one worker maps of each provider (BUFFER_BYTES). */
const bufferBytes = 256 * 512 + 4096;

/** The longest run: two hours. */
const maxSeconds = 7200;

const distinct = (ids: readonly string[]): boolean => new Set(ids).size === ids.length;
const twice = {error: 'one is named twice'};

export const stress = verb({
  movesData: true,
  options: z
    .strictObject({
      drives: z
        .array(deviceId)
        .min(1)
        .max(most.drives)
        .refine(distinct, twice)
        .meta({uniqueItems: true})
        .describe('Drives under load.'),
      through: z
        .array(through)
        .min(1)
        .max(most.places)
        .refine(distinct, twice)
        .meta({uniqueItems: true})
        .describe('Memories under load: providers, or host-memory.'),
      nic: deviceId.optional().describe('NIC that sends frames from these memories.'),
      seconds: z.int().min(1).max(maxSeconds).default(20).describe('Duration in seconds.'),
      workers: z.int().min(1).max(most.workers).default(4).describe('Number of workers.'),
      seed: z
        .int()
        .min(0)
        .max(2 ** 31 - 1)
        .default(1)
        .describe('Seed of the load. The same seed gives the same requests, but not the same timing.'),
    })
    .describe(
      'Runs a mixed load: workers read, write and copy sectors of all drives in requests of random size and offset, and send frames.',
    ),
  check({drives, through: places, nic, workers}, scene) {
    for (const [index, id] of drives.entries()) checkDisk(scene, ['drives', index], id, 512 * workers);
    for (const [index, id] of places.entries()) {
      checkProvider(scene, ['through', index], id, bufferBytes * workers);
    }
    if (nic !== undefined) checkType(scene, ['nic'], nic, ['e1000', 'e1000e', 'igb'], 'NIC');
  },
});
