// SPDX-License-Identifier: MIT
import type {Context} from '../../base/context.ts';
import {HostError, UsageError} from '../../base/errors.ts';
import {chooseQemu} from '../../build/qemu.ts';
import {findQemu} from '../../guest/qemu-binary.ts';
import type {Finding} from './finding.ts';

/** Older ones have one bounce buffer for all devices, so that a NIC drops frames without a word. */
const oldest = 10;

/** Without these no guest of the lab starts, or none that a topology could be made of. */
const essential = [
  'pcie-root-port',
  'x3130-upstream',
  'xio3130-downstream',
  'nvme',
  'nvme-ns',
  'virtio-net-pci',
  'pvpanic-pci',
];

/** Without one of these the scenarios that have it are not run. */
const perScenario = ['e1000', 'e1000e', 'igb', 'bochs-display', 'edu', 'ivshmem-plain'];

/** QEMU, its version, and the devices that it has. */
export async function qemuFindings(given: string | undefined, context: Context): Promise<readonly Finding[]> {
  const mend = './setup, or: apt-get install qemu-system-x86 (Debian 12: from bookworm-backports)';
  try {
    const {name, path, version, devices, routes} = await findQemu(
      'x86_64',
      await chooseQemu(given, context),
      context,
    );
    const detail = `${name} ${version.text}, ${path}`;
    const age: Finding =
      version.major >= oldest
        ? {name: 'QEMU', state: 'ok', detail}
        : {
            name: 'QEMU',
            state: 'note',
            detail,
            cost: `older than ${oldest}: no igb before 8.0, and one bounce buffer for all devices`,
            mend,
          };
    return [age, deviceFinding(new Set(devices), mend), routingFinding(name, routes)];
  } catch (error) {
    if (!(error instanceof HostError) && !(error instanceof UsageError)) throw error;
    return [
      {
        name: 'QEMU',
        state: 'missing',
        detail: error.message,
        cost: 'no guest can be booted',
        mend: error.hint ?? mend,
      },
    ];
  }
}

/** The devices that there are, against what topologies are made of. */
function deviceFinding(there: ReadonlySet<string>, mend: string): Finding {
  const name = 'QEMU devices';
  const missing = (names: readonly string[]): readonly string[] =>
    names.filter((device) => !there.has(device));
  const [dead, poor] = [missing(essential), missing(perScenario)];
  if (dead.length > 0) {
    const detail = `missing: ${[...dead, ...poor].join(', ')}`;
    return {name, state: 'missing', detail, cost: 'no topology can be built', mend};
  }
  if (poor.length > 0) {
    const cost = 'scenarios with these devices cannot run';
    return {name, state: 'note', detail: `missing: ${poor.join(', ')}`, cost, mend};
  }
  return {
    name,
    state: 'ok',
    detail: `all ${essential.length + perScenario.length} that topologies are made of`,
  };
}

/** Whether switches route, so that ACS and bus addresses below an IOMMU that translates can be tried. */
function routingFinding(qemu: string, routes: boolean): Finding {
  const name = 'QEMU routing';
  if (routes) return {name, state: 'ok', detail: `the switches of ${qemu} route, and have ACS`};
  return {
    name,
    state: 'note',
    detail: `the switches of ${qemu} route nothing, and have no ACS`,
    cost: 'scenarios about that are skipped',
    mend: './setup --qemu && p2plab qemu build',
  };
}
