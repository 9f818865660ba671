// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {deviceId} from '../names.ts';
import {checkType} from './scene.ts';
import {verb} from './verb.ts';

export const count = verb({
  movesData: false,
  options: z
    .strictObject({initiator: deviceId.describe('An edu.')})
    .describe(
      'Counts the instructions that mapping and unmapping host memory takes. It needs a variant with "count-instructions".',
    ),
  check({initiator}, scene) {
    checkType(scene, ['initiator'], initiator, ['edu'], 'edu');
  },
});
