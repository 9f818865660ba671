// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {deviceId} from '../names.ts';
import {size} from '../size.ts';
import {checkDisk, checkProvider, checkType} from './scene.ts';
import {stagedByCpu, through, transferSize, verb} from './verb.ts';

/** The most that a frame carries: an MTU of 1500 less the sequence number before the payload. */
const maxPayload = 1496;

export const transmit = verb({
  movesData: true,
  options: z
    .strictObject({
      from: deviceId.describe('Source drive.'),
      through: through.describe('Provider whose memory holds the payload, or host-memory.'),
      nic: deviceId.describe('NIC that sends the frames.'),
      bytes: transferSize.describe('Number of bytes.'),
      payload: size
        .refine((bytes) => bytes <= maxPayload, {error: `more than a frame carries: ${maxPayload} bytes`})
        .default(1024)
        .describe('Payload bytes per frame; must divide "bytes".'),
      'staged-by-cpu': stagedByCpu,
    })
    .refine(({bytes, payload}) => bytes % payload === 0, {
      path: ['payload'],
      error: 'the payloads do not add up to the bytes',
      params: {hint: 'take a divisor, as 512 or 1KiB'},
    })
    .transform(({'staged-by-cpu': isStagedByCpu, ...rest}) => ({...rest, stagedByCpu: isStagedByCpu}))
    .describe("Reads from a drive into a provider's memory, and has a NIC send it from there."),
  check(options, scene) {
    const {from, nic, bytes} = options;
    checkDisk(scene, ['from'], from, bytes);
    checkProvider(scene, ['through'], options.through, bytes);
    checkType(scene, ['nic'], nic, ['e1000', 'e1000e', 'igb'], 'NIC');
  },
});
