// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {deviceId} from '../names.ts';
import {formatSize, size} from '../size.ts';
import {api} from './api.ts';
import {checkDevice, checkProvider, hostMemory, type Scene} from './scene.ts';
import {through, verb} from './verb.ts';

/** What the guest's module takes at once: images/include/uapi/p2plab.h. */
const mostSegments = 64;
const mostBytes = 4 * 2 ** 20;

const segment = z.strictObject({
  /** Whose memory: a provider's, or the host's. */
  memory: through,
  /** Not memory that a provider gives away, but the range of this BAR: for `resource` only. */
  bar: z.int().min(0).max(5).optional(),
  offset: z.union([z.literal(0), size]).default(0),
  length: size,
});

/** Asks the DMA API what a device would be given for some memory; nothing is moved. */
export const probe = verb({
  movesData: false,
  options: z
    .strictObject({
      /** The device that would do the DMA; `none` is one that has no DMA mask. */
      initiator: z.union([z.literal('none'), deviceId]),
      api,
      direction: z.enum(['to-device', 'from-device', 'both']).default('both'),
      /** The width of the DMA mask for this probe: of a device without a driver only. */
      'mask-bits': z.int().min(12).max(64).optional(),
      segments: z.array(segment).min(1).max(mostSegments),
      /** How the guest must refuse to ask at all, as `ENXIO`. */
      error: z
        .string()
        .regex(/^E[A-Z]+$/, 'not the symbol of an errno')
        .optional(),
    })
    .transform(({'mask-bits': maskBits, ...rest}) => ({...rest, ...(maskBits !== undefined && {maskBits})})),
  check({initiator, api: by, segments}, scene) {
    if (initiator !== 'none') checkDevice(scene, ['initiator'], initiator);
    for (const [index, {memory, bar, offset, length}] of segments.entries()) {
      const path = ['segments', index];
      if (bar !== undefined) checkBar(scene, path, memory, by);
      else checkProvider(scene, [...path, 'memory'], memory, offset + length);
    }
    const bytes = segments.reduce((sum, {length}) => sum + length, 0);
    if (segments.every(({bar}) => bar === undefined) && bytes > mostBytes) {
      scene.report(['segments'], `these are ${bytes} bytes: at most ${formatSize(mostBytes)}`);
    }
  },
});

function checkBar(scene: Scene, path: readonly (string | number)[], memory: string, by: string): void {
  if (by !== 'resource') {
    scene.report([...path, 'bar'], `"bar" goes with api: resource`, 'drop it, or change the api');
  } else if (memory === hostMemory) {
    scene.report([...path, 'bar'], 'host memory has no BAR', 'drop "bar"');
  } else {
    checkDevice(scene, [...path, 'memory'], memory);
  }
}
