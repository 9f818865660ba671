// SPDX-License-Identifier: MIT
import {checkEndpoint, endpoint} from './endpoint.ts';
import {removalCommand} from './removal.ts';
import {verb} from './verb.ts';

export const unbind = verb({
  movesData: false,
  example: 'cmb',
  options: endpoint.describe('Unbinds a device from its driver.'),
  check: checkEndpoint,
  title: ({device}) => `unbind ${device}`,
  commands: ({device}, topology) => [removalCommand({kind: 'unbind', device}, topology)],
});
