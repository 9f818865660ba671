// SPDX-License-Identifier: MIT
import {mkdtempSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {execa} from 'execa';
import {labRoot} from '../../src/base/paths.ts';
import {listTopologies} from '../../src/spec/catalog.ts';
import {nodeOf, type Topology} from '../../src/topology/model.ts';
import {loadTopology} from '../../src/topology/plan.ts';
import {labDeviceArguments, labDevices, qemuArguments} from '../../src/topology/qemu.ts';
import {unsupported, type QemuVersion} from '../../src/topology/requirements.ts';
import {filesFor} from './files.ts';
import {everything} from './recorded.ts';

/** The QEMU that is installed; another by its path in the environment, and its sibling for other guests. */
function binaryFor({platform}: Topology): string {
  const name = `qemu-system-${platform.architecture}`;
  const given = process.env['QEMU'];
  return given === undefined ? name : path.join(path.dirname(given), name);
}

const topologies = [
  everything('nehalem').topology,
  ...listTopologies(labRoot).map(({name}) => loadTopology(labRoot, name)),
];

for (const topology of topologies) {
  test.serial(`QEMU builds ${topology.name}`, async (t) => {
    const qemu = await version(binaryFor(topology));
    const folder = mkdtempSync(path.join(tmpdir(), 'p2plab-topology-'));
    t.teardown(() => {
      rmSync(folder, {recursive: true, force: true});
    });
    const reasons = unsupported(topology, qemu);
    if (reasons.length > 0) {
      t.log(reasons.join('; '));
      t.true(qemu.major < 10 || reasons.every((reason) => /--qemu routed$|^AMD-Vi/.test(reason)));
      return;
    }
    t.deepEqual(
      await idsIn(topology, qemu, folder),
      [...labIds(topology), ...declaredIds(topology)].toSorted(),
    );
  });
}

/** The lab's own devices; its IOMMU only where one is a device, and none where the board has all that is needed. */
function labIds({iommu, platform}: Topology): readonly string[] {
  if (!platform.labFunctions) return [];
  const hasDevice = iommu !== undefined && iommu.type !== 'smmuv3';
  return Object.values(labDevices).filter((id) => id !== labDevices.iommu || hasDevice);
}

/** All of the tree but a port of the machine's own. */
function declaredIds({nodes, platform}: Topology): readonly string[] {
  return nodes.filter(({kind}) => kind !== 'root-port' || platform.ownPort === undefined).map(({id}) => id);
}

async function version(binary: string): Promise<QemuVersion> {
  const {stdout} = await execa(binary, ['--version']);
  const [, major, minor] = /version (\d+)\.(\d+)/.exec(stdout) ?? [];
  return {major: Number(major), minor: Number(minor)};
}

/** Starts QEMU, its CPU stopped, and asks for the devices with an id that it made. */
async function idsIn(topology: Topology, qemu: QemuVersion, folder: string): Promise<readonly string[]> {
  const files = filesFor(topology, folder);
  for (const [id, file] of Object.entries(files.disks)) {
    const node = nodeOf(topology, id);
    writeFileSync(file, '');
    truncateSync(file, 'disk' in node ? node.disk : 0);
  }
  const words = [
    ...qemuArguments(topology, {qemu, files}),
    ...labDeviceArguments(topology.platform, ['restrict=on']),
    ...['-accel', 'tcg', '-S', '-qmp', 'stdio'],
  ];
  const commands = [
    {execute: 'qmp_capabilities'},
    {execute: 'qom-list', arguments: {path: '/machine/peripheral'}},
    {execute: 'quit'},
  ];
  const input = commands.map((command) => JSON.stringify(command)).join('\n');
  const {stdout} = await execa(binaryFor(topology), words, {input, timeout: 30_000});
  const answers = stdout.split('\n').map((line) => (JSON.parse(line) as {return?: unknown}).return);
  const devices = answers.find((answer) => Array.isArray(answer)) as {name: string; type: string}[];
  return devices
    .filter(({type}) => type.startsWith('child<') && type !== 'child<nvme-ns>')
    .map(({name}) => name)
    .toSorted();
}
