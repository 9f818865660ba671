// SPDX-License-Identifier: MIT
import test from 'ava';
import {acsBitsToSet, acsControl, acsWords, describeAcs, redirects, withAcs} from '../../src/topology/acs.ts';
import {kernelWords} from '../../src/topology/kernel-words.ts';
import {unsupported} from '../../src/topology/requirements.ts';
import {plan} from './arbitrary.ts';

test('ACS control as Linux 6.12 leaves it (pci_std_enable_acs, __pci_config_acs)', (t) => {
  t.is(acsControl(undefined, false), 0);
  t.is(acsControl(undefined, true), 0x1d);
  t.is(acsControl('no-redirect', false), 0);
  // What is said on the command line leaves the rest to the firmware: what Linux enabled is gone.
  t.is(acsControl('no-redirect', true), 0);
  t.is(acsControl('redirect', true), 0x0c);
  t.is(acsControl('redirect', false), 0x0c);
  t.is(acsControl('xx1x1x1', true), 0x15);
  t.is(acsControl('1', false), 0x01);
  t.is(acsControl('1000000', false), 0x40);
});

test('a port redirects with either of three bits (pci_bridge_has_acs_redir)', (t) => {
  for (const bit of [0x04, 0x08, 0x20]) t.true(redirects(bit));
  for (const bit of [0, 0x01, 0x02, 0x10, 0x40]) t.false(redirects(bit));
});

test('Linux is told port by port', (t) => {
  const rp = (n: number) => `0000:00:0${n}.0`;
  t.deepEqual(acsWords([]), []);
  t.deepEqual(
    acsWords([
      {bdf: rp(1), acs: 'redirect'},
      {bdf: rp(2), acs: 'no-redirect'},
      {bdf: rp(3), acs: 'xx10101'},
      {bdf: rp(4), acs: 'no-redirect'},
    ]),
    [
      'pci=disable_acs_redir=0000:00:02.0;0000:00:04.0',
      'pci=config_acs=xxx11xx@0000:00:01.0;xx10101@0000:00:03.0',
    ],
  );
});

test('the bits have the names that lspci gives them', (t) => {
  t.is(describeAcs(undefined), 'no ACS');
  t.is(describeAcs(0), 'ACS off');
  t.is(describeAcs(0x1d), 'ACS SrcValid ReqRedir CmpltRedir UpstreamFwd');
});

test("all words of a topology for the kernel's command line", (t) => {
  const words = (rest: object) => kernelWords(plan({description: 'x', ...rest, devices: {}}));
  t.deepEqual(words({}), []);
  t.deepEqual(words({iommu: 'intel'}), ['intel_iommu=on', 'iommu.passthrough=0', 'iommu.strict=1']);
  t.deepEqual(words({iommu: 'intel', 'iommu-mode': 'off'}), ['intel_iommu=off']);
  t.deepEqual(words({iommu: 'amd'}), ['amd_iommu=nohugepages', 'iommu.passthrough=0', 'iommu.strict=1']);
  t.deepEqual(words({iommu: 'virtio', 'iommu-mode': 'lazy'}), ['iommu.passthrough=0', 'iommu.strict=0']);
  t.deepEqual(words({iommu: 'virtio', 'iommu-mode': 'passthrough'}), ['iommu.passthrough=1']);
  t.deepEqual(words({swiotlb: 'force'}), ['swiotlb=force']);
  const devices = {rp0: {type: 'root-port', slot: 4, acs: 'redirect'}};
  t.deepEqual(kernelWords(plan({description: 'x', iommu: 'intel', 'iommu-mode': 'passthrough', devices})), [
    'intel_iommu=on',
    'iommu.passthrough=1',
    'pci=config_acs=xxx11xx@0000:00:04.0',
  ]);
});

test('ports of switches are told too, each by what its switch says of it, where they have ACS', (t) => {
  const devices = {
    rp0: {type: 'root-port'},
    sw0: {type: 'switch', on: 'rp0', acs: {1: 'redirect'}},
    sw1: {type: 'switch', on: 'sw0', slot: 0, acs: 'no-redirect'},
    a: {type: 'edu', on: 'sw1', slot: 2},
    b: {type: 'edu', on: 'sw0', slot: 1},
  };
  const raw = {description: 'any', devices};
  t.deepEqual(kernelWords(plan(raw, 'any', true)), [
    'pci=disable_acs_redir=0000:04:02.0',
    'pci=config_acs=xxx11xx@0000:02:01.0',
  ]);
  t.deepEqual(kernelWords(plan(raw)), []);
  t.deepEqual(unsupported(plan(raw), {major: 10, minor: 0}), [
    'port sw0.1 has no ACS in this QEMU: take --qemu routed',
  ]);
  t.deepEqual(unsupported(plan(raw, 'any', true), {major: 10, minor: 0}), []);
});

test('what is written to ACS leaves the rest as it is', (t) => {
  t.deepEqual(acsBitsToSet('redirect'), {bits: 0x0c, mask: 0x0c});
  t.deepEqual(acsBitsToSet('no-redirect'), {bits: 0, mask: 0x0c});
  t.deepEqual(acsBitsToSet('1x0'), {bits: 0x04, mask: 0x05});
  const devices = {rp0: {type: 'root-port', acs: '11111'}, a: {type: 'edu', on: 'rp0'}};
  const written = withAcs(plan({description: 'any', devices}, 'any', true), 'rp0', 'no-redirect');
  t.like(written.nodes[0], {acsControl: 0x13, acsRedirect: false});
});
