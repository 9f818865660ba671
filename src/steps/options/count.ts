// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {deviceId} from '../../spec/names.ts';
import {checkType} from '../scene.ts';
import {verb} from '../fields.ts';

export const count = verb({
  movesData: false,
  options: z
    .strictObject({initiator: deviceId.describe('An edu.')})
    .describe(
      'Counts the instructions that mapping and unmapping host memory takes. It needs a lane with "count-instructions".',
    ),
  check({initiator}, scene) {
    checkType(scene, ['initiator'], initiator, ['edu'], 'edu');
  },
});
