// SPDX-License-Identifier: MIT
import type {Command} from '@commander-js/extra-typings';
import type {Context} from '../base/context.ts';
import {HostError} from '../base/errors.ts';
import {labRoot} from '../base/paths.ts';
import {chooseQemu} from '../build/qemu.ts';
import {findQemu} from '../guest/qemu-binary.ts';
import {listTopologies} from '../spec/catalog.ts';
import {readTopology} from '../spec/topology-spec.ts';
import {describePairs} from '../topology/describe-pairs.ts';
import {drawTopology} from '../topology/draw.ts';
import type {Topology} from '../topology/model.ts';
import {loadTopology} from '../topology/plan-topology.ts';
import {renderFinding} from '../verdict/render.ts';
import {interruptible} from './interrupt.ts';
import {shared} from './options.ts';
import {table} from './table.ts';

/** `p2plab topology`. */
export function addTopology(program: Command): void {
  const topology = program.command('topology').description('list and draw PCIe topologies');
  topology
    .command('list')
    .description('list the topologies of lab/topologies')
    .action(() => {
      const rows = listTopologies(labRoot).map(({name, file}) => {
        const {devices, description} = readTopology(file).value;
        return [name, String(Object.keys(devices).length), description];
      });
      const columns = [{title: 'topology'}, {title: 'devices', right: true}, {title: 'what it is'}];
      process.stdout.write(`${table(columns, rows)}\n`);
    });
  topology
    .command('show')
    .description('draw a topology, and print the expected P2PDMA map type of each device pair')
    .argument('<topology>', 'name in lab/topologies, or path of a topology file')
    .addOption(shared.qemu())
    .action(async (name, {qemu}) => {
      const planned = await interruptible(
        () => undefined,
        (context) => plannedFor(name, qemu, context),
      );
      const lines = [
        planned.spec.description,
        '',
        drawTopology(planned),
        ...describePairs(planned, renderFinding),
      ];
      process.stdout.write(`${lines.join('\n')}\n`);
    });
}

/** As the QEMU that would run it models it; a drawing needs none. */
async function plannedFor(name: string, qemu: string | undefined, context: Context): Promise<Topology> {
  const topology = loadTopology(labRoot, name);
  const choice = await chooseQemu(qemu, context);
  try {
    return loadTopology(labRoot, name, await findQemu(topology.platform.architecture, choice, context));
  } catch (error) {
    if (qemu === undefined && error instanceof HostError) return topology;
    throw error;
  }
}
