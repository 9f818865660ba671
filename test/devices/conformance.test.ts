// SPDX-License-Identifier: MIT
import {readdirSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import type {EndpointType} from '../../src/devices/device-type.ts';
import {iommuModes} from '../../src/devices/iommus/iommu-type.ts';
import {iommuNames, iommusOf, iommuTypeOf} from '../../src/devices/iommus/registry.ts';
import {machineNames, machineTypeOf} from '../../src/devices/machines/registry.ts';
import {bridgeTypes, endpointTypes} from '../../src/devices/registry.ts';
import {endpointsOf} from '../../src/topology/model.ts';
import {qemuArguments} from '../../src/topology/qemu.ts';
import {missingDevices} from '../../src/topology/requirements.ts';
import {filesFor} from '../topology/files.ts';
import {plan} from '../topology/arbitrary.ts';

const folder = path.join(import.meta.dirname, '../../src/devices');
const qemu = {major: 10, minor: 2};

/** A value for each key of a device type that has no default. */
const samples: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  nvme: {disk: '1MiB', cmb: '2MiB'},
  ivshmem: {size: '1MiB'},
};

const filesIn = (below: string): readonly string[] =>
  readdirSync(path.join(folder, below)).map((file) => path.basename(file, '.ts'));

test('each file of a device type, IOMMU or machine is registered', (t) => {
  const types = [...bridgeTypes, ...endpointTypes].map(({name}) => name);
  const shared = [
    'acs-keys',
    'cmb',
    'device-type',
    'pci-identity',
    'lab-slots',
    'nic',
    'qemu-option',
    'registry',
    'roles',
  ];
  t.deepEqual(
    filesIn('.').filter((file) => !shared.includes(file) && file !== 'iommus' && file !== 'machines'),
    [...types].sort(),
  );
  t.deepEqual(
    filesIn('iommus').filter((file) => !['iommu-type', 'registry'].includes(file)),
    [...iommuNames].sort(),
  );
  t.deepEqual(
    filesIn('machines').filter((file) => !['machine', 'registry'].includes(file)),
    [...machineNames].sort(),
  );
});

test('names and PCI IDs are unique', (t) => {
  const names = [...bridgeTypes, ...endpointTypes].map(({name}) => name);
  t.is(new Set(names).size, names.length);
  const ids = endpointTypes.map(({identity}) => `${identity.vendor}:${identity.device}`);
  t.is(new Set(ids).size, ids.length);
});

for (const type of endpointTypes as readonly EndpointType[]) {
  test(`${type.name} can be planned, and QEMU's arguments are those of its devices`, (t) => {
    const topology = plan({
      description: 'x',
      devices: {rp: {type: 'root-port'}, it: {type: type.name, on: 'rp', ...samples[type.name]}},
    });
    const [node] = endpointsOf(topology);
    t.is(node?.type as string, type.name);
    const words = qemuArguments(topology, {qemu, files: filesFor(topology, '/files')}).join(' ');
    for (const driver of type.drivers(node ?? {})) {
      t.true(type.allDrivers.includes(driver));
      t.regex(words, new RegExp(`-device ${driver},`));
      t.true(missingDevices(topology, []).includes(driver));
    }
    t.regex(words, /id=it\b/);
  });

  test(`the roles of ${type.name} agree with each other`, (t) => {
    const {nic, provider, dmaEngine, maskBits, registers} = type;
    if (provider?.registeredAtBoot === true) t.true(type.boundAtBoot);
    if (provider?.module !== undefined) t.false(provider.registeredAtBoot);
    if (dmaEngine !== undefined) t.is(maskBits, undefined);
    // Its registers tell which of several sends, or where its ring is.
    if (nic !== undefined && nic.evidence !== 'requests') t.not(registers, undefined);
    t.pass();
  });
}

for (const name of machineNames) {
  test(`machine ${name} is what its platform says`, (t) => {
    const machine = machineTypeOf(name);
    const {platform, defaults} = machine;
    t.is(platform.machine, name);
    t.deepEqual(machine.problems({cpus: 1}), []);
    const words = machine.arguments({
      cpu: defaults.cpu,
      properties: {},
      ...machine.settings({cpus: 1}, defaults.cpu),
    });
    t.true(words.join(' ').startsWith(`-machine ${name}`));
    t.is(plan({description: 'x', machine: name, devices: {}}).platform, platform);
  });
}

for (const name of iommuNames) {
  test(`IOMMU ${name} can be planned in each mode that Linux has`, (t) => {
    const type = iommuTypeOf(name);
    t.true(iommusOf(type.machine).includes(type));
    for (const mode of iommuModes.filter((each) => type.refused[each] === undefined)) {
      const topology = plan({
        description: 'x',
        machine: type.machine,
        iommu: name,
        'iommu-mode': mode,
        devices: {},
      });
      const words = qemuArguments(topology, {qemu, files: filesFor(topology, '/files')}).join(' ');
      for (const driver of type.drivers) t.regex(words, new RegExp(`-device ${driver}\\b`));
      t.is(type.identity === undefined, topology.iommu?.slot === undefined);
    }
    t.true(type.traceEvents.length > 0);
  });
}
