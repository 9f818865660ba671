// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {hostMemory} from '../../base/targets.ts';
import {formatBytes} from '../../base/bytes.ts';
import {deviceId} from '../names.ts';
import {size} from '../size.ts';
import {api} from './api.ts';
import {checkDevice, checkProvider, type Scene} from './scene.ts';
import {through, verb} from './verb.ts';

/** What the guest's module takes at once: images/include/uapi/p2plab.h. */
const mostSegments = 64;
const mostBytes = 4 * 2 ** 20;

const segment = z.strictObject({
  memory: through.describe('Provider whose memory it is, or host-memory.'),
  bar: z
    .int()
    .min(0)
    .max(5)
    .optional()
    .describe('A BAR of the device, instead of its P2PDMA memory; for resource only.'),
  offset: z
    .union([z.literal(0), size])
    .default(0)
    .describe('Offset in the memory.'),
  length: size.describe('Number of bytes.'),
});

export const mapProbe = verb({
  movesData: false,
  options: z
    .strictObject({
      initiator: z
        .union([z.literal('none'), deviceId])
        .meta({title: 'device ID or none'})
        .describe('The device that would do the DMA; "none" stands for a device without a DMA mask.'),
      api,
      direction: z
        .enum(['to-device', 'from-device', 'both'])
        .default('both')
        .describe('Direction of the DMA mapping.'),
      'mask-bits': z
        .int()
        .min(12)
        .max(64)
        .optional()
        .describe('Width of the DMA mask for this mapping; for devices without a driver only.'),
      segments: z.array(segment).min(1).max(mostSegments).describe('Memory to map.'),
      error: z
        .string()
        .regex(/^E[A-Z]+$/, 'not the symbol of an errno')
        .optional()
        .describe('The error with which the guest must refuse the request, such as ENXIO.'),
    })
    .transform(({'mask-bits': maskBits, ...rest}) => ({...rest, ...(maskBits !== undefined && {maskBits})}))
    .describe('Maps memory for a device by the DMA API and reports the DMA addresses. No device does DMA.'),
  check({initiator, api: by, segments}, scene) {
    if (initiator !== 'none') checkDevice(scene, ['initiator'], initiator);
    for (const [index, {memory, bar, offset, length}] of segments.entries()) {
      const path = ['segments', index];
      if (bar !== undefined) checkBar(scene, path, memory, by);
      else checkProvider(scene, [...path, 'memory'], memory, offset + length);
    }
    const bytes = segments.reduce((sum, {length}) => sum + length, 0);
    if (segments.every(({bar}) => bar === undefined) && bytes > mostBytes) {
      scene.report(['segments'], `these are ${bytes} bytes: at most ${formatBytes(mostBytes)}`);
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
