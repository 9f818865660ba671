// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {attachmentOf} from '../devices/roles.ts';
import {didYouMean} from '../spec/suggest.ts';
import {acsBitsToSet, withAcs} from '../topology/acs.ts';
import {findNode, nodeOf} from '../topology/model.ts';
import {tool} from './guest-command.ts';
import {verb} from './verb.ts';

/** A root port's id, or `sw0.1`: the port of a switch with this number. */
const portId = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,19}(\.\d{1,2})?$/, 'no port: a root port, or sw0.1')
  .meta({title: 'port'});

export const acs = verb({
  movesData: false,
  example: {port: 'sw0.1', set: 'redirect'},
  options: z
    .strictObject({
      port: portId.describe('Root port, or downstream port of a switch by its number: sw0.1.'),
      set: z
        .union([z.enum(['redirect', 'no-redirect']), z.string().regex(/^[01x]{1,7}$/)], {
          error: 'redirect, no-redirect, or the flags of pci=config_acs in quotes, as "xx11xx"',
        })
        .meta({title: 'ACS setting'})
        .describe('New value, as "acs" in a topology. Flags that are "x" do not change.'),
    })
    .describe(
      "Writes a port's ACS Control register behind the kernel's back, as setpci does, while drivers are bound.",
    ),
  check({port: id}, scene) {
    const [name = '', number] = id.split('.');
    const device = Object.hasOwn(scene.devices, name) ? scene.devices[name] : undefined;
    const wanted = number === undefined ? 'slot' : 'ports';
    if (attachmentOf(device) !== wanted) scene.report(['port'], `the topology has no port "${id}"`);
  },
  checkPlanned({port}, topology, report) {
    if (findNode(topology, port) !== undefined) return;
    const ports = topology.nodes.filter(({kind}) => kind === 'downstream-port').map(({id}) => id);
    report(['port'], `the switch has no port "${port}"`, didYouMean(port, ports));
  },
  title: ({port, set}) => `write ACS of ${port}: ${set}`,
  commands({port, set}, topology) {
    const {bits, mask} = acsBitsToSet(set);
    return [tool('acs', nodeOf(topology, port).bdf, bits.toString(16), mask.toString(16))];
  },
  reasonToSkipRun({port: id}, topology) {
    const port = findNode(topology, id);
    if (port?.kind === 'endpoint' || port?.acsControl !== undefined) return undefined;
    return {code: 'port-without-acs', subject: id, parameters: {}};
  },
  topologyAfter: ({port, set}, topology) => withAcs(topology, port, set),
});
