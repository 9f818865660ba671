// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {isDmaEngine} from '../../devices/roles.ts';
import {deviceId} from '../names.ts';
import {checkRole} from './scene.ts';
import {verb} from './verb.ts';

export const count = verb({
  movesData: false,
  options: z
    .strictObject({initiator: deviceId.describe('An edu.')})
    .describe(
      'Counts the instructions that mapping and unmapping host memory takes. It needs a lane with "count-instructions".',
    ),
  check({initiator}, scene) {
    checkRole(scene, ['initiator'], initiator, isDmaEngine, 'edu');
  },
});
