// SPDX-License-Identifier: MIT
import test from 'ava';
import {SpecError} from '../../src/base/errors.ts';
import {mapping} from '../../src/topology/maptype.ts';
import {routeOf} from '../../src/topology/route.ts';
import {unmodelled} from '../../src/topology/unmodelled.ts';
import {plan} from './arbitrary.ts';

const devices = {
  rp0: {type: 'root-port'},
  sw0: {type: 'switch', on: 'rp0', acs: {0: 'no-redirect'}},
  cmb: {type: 'nvme', on: 'sw0', slot: 0, cmb: '2MiB'},
  pci0: {type: 'pcie-pci-bridge', on: 'sw0', slot: 1},
  edu0: {type: 'edu', on: 'pci0'},
  vga0: {type: 'bochs-display', on: 'pci0'},
};

const problems = (changed: object, rest: object = {}): string => {
  const error = refusal(() =>
    plan({description: 'x', ...rest, devices: {...devices, ...changed}}, 'any', true),
  );
  return error?.message ?? '';
};

function refusal(run: () => unknown): SpecError | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof SpecError) return error;
    throw error;
  }
}

test('a conventional bus numbers its devices from 1 on', (t) => {
  const {nodes} = plan({description: 'x', devices}, 'any', true);
  const places = Object.fromEntries(nodes.map(({id, bdf}) => [id, bdf]));
  t.is(places['pci0'], '0000:04:00.0');
  t.is(places['edu0'], '0000:05:01.0');
  t.is(places['vga0'], '0000:05:02.0');
});

test('its bridge is as any other to p2pdma, and to the switch above', (t) => {
  const topology = plan({description: 'x', devices}, 'any', true);
  const across = mapping(topology, {provider: 'cmb', client: 'edu0'});
  t.is(across.type, 'bus-addr');
  t.is(across.distance, 5);
  t.deepEqual(routeOf(topology, {initiator: 'edu0', target: 'cmb'}), {route: 'peer-to-peer', by: 'sw0'});
  t.is(unmodelled(topology, {provider: 'cmb', client: 'edu0'}), undefined);
});

test('devices on one bus reach each other there, which QEMU does not model', (t) => {
  const topology = plan({description: 'x', devices}, 'any', true);
  t.is(mapping(topology, {provider: 'vga0', client: 'edu0'}).distance, 2);
  t.deepEqual(routeOf(topology, {initiator: 'edu0', target: 'vga0'}), {route: 'peer-to-peer', by: 'pci0'});
  t.deepEqual(unmodelled(topology, {provider: 'vga0', client: 'edu0'}), {
    code: 'conventional-bus',
    subject: 'edu0',
    parameters: {provider: 'vga0', bridge: 'pci0'},
  });
});

test('what does not go with a conventional bus', (t) => {
  t.is(problems({}), '');
  t.regex(problems({drive: {type: 'nvme', on: 'pci0'}}), /a nvme cannot be on "pci0"/);
  t.regex(problems({inner: {type: 'switch', on: 'pci0'}}), /a switch cannot be on "pci0"/);
  t.regex(problems({edu1: {type: 'edu', on: 'pci0', slot: 0}}), /has no slot 0/);
  t.regex(problems({}, {iommu: 'intel'}), /one requester ID for an IOMMU/);
  t.regex(problems({pci1: {type: 'pcie-pci-bridge'}}), /hangs nowhere/);
});
