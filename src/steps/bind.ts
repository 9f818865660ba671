// SPDX-License-Identifier: MIT
import {nodeOf} from '../topology/model.ts';
import {tool} from './command.ts';
import {checkEndpoint, endpoint} from './endpoint.ts';
import {verb} from './verb.ts';

export const bind = verb({
  movesData: false,
  example: 'cmb',
  options: endpoint.describe('Has the kernel probe drivers for a device that has none.'),
  check: checkEndpoint,
  title: ({device}) => `bind ${device}`,
  commands: ({device}, topology) => [tool('bind', nodeOf(topology, device).bdf)],
  passed({device}, {prototypes}) {
    prototypes.bound(device);
    return Promise.resolve([]);
  },
});
