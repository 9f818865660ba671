// SPDX-License-Identifier: MIT
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {SpecError} from '../../src/base/errors.ts';
import {readTopology} from '../../src/spec/topology.ts';
import {planTopology} from '../../src/topology/plan.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'p2plab-impossible-'));
test.after.always(() => {
  rmSync(folder, {recursive: true});
});

let files = 0;

/** Plans a topology of these devices. */
function plan(devices: readonly string[], head: readonly string[] = []): void {
  const file = path.join(folder, `${files++}.yaml`);
  const lines = ['description: A topology', ...head, 'devices:', ...devices.map((line) => `  ${line}`)];
  writeFileSync(file, `${lines.join('\n')}\n`);
  planTopology('own', readTopology(file));
}

function refused(t: ExecutionContext, devices: readonly string[], line: number, words: RegExp): void {
  const error = t.throws(
    () => {
      plan(devices);
    },
    {instanceOf: SpecError},
  );
  t.is(error.location.line, line + 2);
  t.regex(`${error.message} ${error.hint ?? ''}`, words);
}

const slot = ['rp0: {type: root-port}', 'src: {type: nvme, on: rp0, disk: 8MiB}'];
const igb = (fn: number): string => `n${fn}: {type: igb, on: rp0, function: ${fn}}`;

test('two igbs in a slot fit if one is an even function and one an odd one: QEMU ends else', (t) => {
  t.notThrows(() => {
    plan([...slot, igb(1), igb(2)]);
  });
  refused(t, [...slot, igb(1), igb(3)], 4, /igb "n3" and igb "n1" have virtual functions at the same places/);
  refused(t, [...slot, igb(2), igb(4)], 4, /igb "n4" and igb "n2"/);
  t.notThrows(() => {
    plan([
      'rp0: {type: root-port}',
      'sw0: {type: switch, on: rp0}',
      'a: {type: igb, on: sw0}',
      'b: {type: igb, on: sw0}',
    ]);
  }, 'ports of a switch have a bus each');
});

const tree = [
  'rp0: {type: root-port}',
  'sw0: {type: switch, on: rp0}',
  'src: {type: nvme, on: sw0, disk: 8MiB}',
];

test('more memory beside a BAR of 32 bits than the firmware has room for is refused where it is given', (t) => {
  refused(
    t,
    [...tree, 'cmb: {type: nvme, on: sw0, cmb: 1GiB}', 'display: {type: bochs-display, on: sw0}'],
    4,
    /need 1040 MiB below 4 GiB, where the firmware has 1004 MiB.*"cmb".*"display"/,
  );
  t.notThrows(() => {
    plan([...tree, 'cmb: {type: nvme, on: sw0, cmb: 1GiB}']);
  }, 'it is placed above 4 GiB');
  t.notThrows(() => {
    plan([
      ...[...tree, 'cmb: {type: nvme, on: sw0, cmb: 1GiB}'],
      ...['rp1: {type: root-port}', 'display: {type: bochs-display, on: rp1}'],
    ]);
  }, 'another root port has a window of its own');
  t.notThrows(() => {
    plan([...tree, 'cmb: {type: nvme, on: sw0, cmb: 512MiB}', 'display: {type: bochs-display, on: sw0}']);
  });
});
