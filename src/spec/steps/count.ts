// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {deviceId} from '../names.ts';
import {checkType} from './scene.ts';
import {verb} from './verb.ts';

/**
 * Counts the instructions that it takes to map host memory for an edu and to unmap it again; nothing is moved.
 * It takes a lane that counts instructions.
 */
export const count = verb({
  movesData: false,
  options: z.strictObject({initiator: deviceId}),
  check({initiator}, scene) {
    checkType(scene, ['initiator'], initiator, ['edu'], 'edu');
  },
});
