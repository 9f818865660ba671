// SPDX-License-Identifier: MIT
import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {temporary} from '../base/temporary-cache.ts';
import {labRoot} from '../../src/base/paths.ts';
import type {Kernel} from '../../src/build/kernel.ts';
import {HostError} from '../../src/base/errors.ts';
import {deviceTreeName, writeDeviceTree} from '../../src/scenario/device-tree.ts';
import {loadTopology} from '../../src/topology/plan.ts';

/** What the lab changes, and some of what it must leave, of the kernel's imx8mp-evk.dts. */
const board = `/dts-v1/;
/ {
  #address-cells = <2>; #size-cells = <2>;
  reserved-memory { #address-cells = <2>; #size-cells = <2>; ranges; };
  chosen { stdout-path = "serial1"; };
  soc@0 {
    #address-cells = <1>; #size-cells = <1>;
    ranges = <0 0 0 0x3e000000>;
    bus@30800000 {
      #address-cells = <1>; #size-cells = <1>;
      ranges;
      ethernet@30be0000 { reg = <0x30be0000 0x10000>; phy-mode = "rgmii-id"; phy-handle = <1>; };
    };
    pcie@33800000 {
      #address-cells = <3>; #size-cells = <2>;
      device_type = "pci";
      reg = <0x33800000 0x400000>, <0x1ff00000 0x80000>;
      ranges = <0x81000000 0 0 0x1ff80000 0 0x10000>, <0x82000000 0 0x18000000 0x18000000 0 0x07f00000>;
    };
  };
};
`;

function compiled(folder: string, text: string): Kernel {
  const file = path.join(folder, 'imx8mp-evk.dtb');
  execFileSync('dtc', ['-q', '-I', 'dts', '-O', 'dtb', '-o', file], {input: text});
  return {name: 'k', deviceTrees: [file]} as unknown as Kernel;
}

for (const inbound of ['identity', 'aliasing']) {
  test(`the device tree of a board whose memory is ${inbound}`, async (t) => {
    const folder = mkdtempSync(path.join(temporary, 'tree-'));
    const kernel = compiled(folder, board);
    const run = path.join(folder, 'run');
    mkdirSync(run);
    await writeDeviceTree(loadTopology(labRoot, `offset/${inbound}`), kernel, run);
    const file = path.join(run, deviceTreeName);
    const text = execFileSync('dtc', ['-q', '-I', 'dtb', '-O', 'dts', file], {encoding: 'utf8'});
    t.regex(text, /rng-seed = <(0x[0-9a-f]+ ?){16}>;/);
    const golden = path.join(import.meta.dirname, 'golden', `device-tree-${inbound}.dts`);
    const shown = text.replace(/^\s*rng-seed = .*\n/m, '');
    if (process.env['UPDATE_GOLDEN'] === '1') {
      writeFileSync(golden, shown);
      t.fail('written');
    } else t.is(shown, readFileSync(golden, 'utf8'));
  });
}

test('a tree that is not the expected one is told', async (t) => {
  const folder = mkdtempSync(path.join(temporary, 'tree-'));
  const kernel = compiled(folder, '/dts-v1/; / { };');
  const run = path.join(folder, 'run');
  mkdirSync(run);
  const error = await t.throwsAsync(writeDeviceTree(loadTopology(labRoot, 'offset/identity'), kernel, run), {
    instanceOf: HostError,
  });
  t.regex(error.message, /fdtput/);
});

test('a kernel without the tree of the board', async (t) => {
  const kernel = {name: 'k', deviceTrees: []} as unknown as Kernel;
  await t.throwsAsync(writeDeviceTree(loadTopology(labRoot, 'offset/identity'), kernel, '/nowhere'), {
    message: 'the kernel k has no device tree imx8mp-evk.dtb',
  });
});

test('a machine that has its own is given none', async (t) => {
  const kernel = {name: 'k', deviceTrees: []} as unknown as Kernel;
  await writeDeviceTree(loadTopology(labRoot, 'nvme-switch'), kernel, '/nowhere');
  t.pass();
});
