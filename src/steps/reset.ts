// SPDX-License-Identifier: MIT
import {checkController, endpoint} from './endpoint.ts';
import {removalCommand} from './removal.ts';
import {verb} from './verb.ts';

export const reset = verb({
  movesData: false,
  example: 'cmb',
  options: endpoint.describe('Resets an NVMe controller, as its driver does after a timeout.'),
  check: checkController,
  title: ({device}) => `reset ${device}`,
  commands: ({device}, topology) => [removalCommand({kind: 'reset', device}, topology)],
});
