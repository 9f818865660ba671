// SPDX-License-Identifier: MIT
import {temporary} from '../base/temporary-cache.ts';
import {mkdirSync, openSync, symlinkSync, writeFileSync, writeSync, closeSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {listFiles, markReports, readEvidence} from '../../src/dashboard/evidence.ts';

const oops = [
  '[    1.000000] nvme nvme0: pci function 0000:03:00.0',
  '[    2.000000] BUG: kernel NULL pointer dereference, address: 0000000000000008',
  '[    2.000001] #PF: supervisor read access in kernel mode',
].join('\n');

function bundle(name: string, files: Readonly<Record<string, string | Buffer>>): string {
  const folder = path.join(temporary, name);
  mkdirSync(folder);
  const result = {steps: [], kernelSays: []};
  for (const [file, content] of Object.entries({'result.json': JSON.stringify(result), ...files})) {
    mkdirSync(path.dirname(path.join(folder, file)), {recursive: true});
    writeFileSync(path.join(folder, file), content);
  }
  return folder;
}

test('a report of the kernel is marked where it begins', (t) => {
  t.deepEqual(
    markReports(oops).map(({report}) => report),
    [undefined, 'oops', undefined],
  );
});

test('what the kernel reported comes with the evidence', async (t) => {
  const report = {title: 'KASAN: slab-use-after-free in f', decoded: ['f (drivers/pci/p2pdma.c:123)']};
  const result = JSON.stringify({steps: [], kernelSays: [], report});
  t.deepEqual((await readEvidence(bundle('reported', {'result.json': result})))?.report, report);
  t.is((await readEvidence(bundle('well', {})))?.report, undefined);
});

test('control characters and words that turn the text around do not reach a page', (t) => {
  const shown = markReports('a\u001b[2J\u0007\u202eb\tc\u0000\u009b\r')
    .map(({text}) => text)
    .join('\n');
  t.is(shown, 'a�[2J��b\tc���');
  t.false(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/.test(shown));
});

test('of a console of 100 MB the beginning and the end are shown, at once', async (t) => {
  const folder = bundle('large', {});
  const file = openSync(path.join(folder, 'dmesg.txt'), 'w');
  const block = Buffer.alloc(2 ** 20, '<script>alert(1)</script> x\n');
  for (let count = 0; count < 100; count++) writeSync(file, block);
  writeSync(file, oops);
  closeSync(file);
  const begun = performance.now();
  const {log} = (await readEvidence(folder)) ?? {};
  t.true(performance.now() - begun < 2000);
  t.is(log?.bytes, 100 * 2 ** 20 + oops.length);
  t.true((log?.left ?? 0) > 99 * 2 ** 20);
  t.true((log?.lines.reduce((sum, {text}) => sum + text.length, 0) ?? Infinity) < 2 ** 18);
  t.true(log?.lines.some(({report}) => report === 'oops'));
});

test('a line without an end is cut', (t) => {
  const [line] = markReports('x'.repeat(10 ** 6));
  t.is(line?.text.length, 2000);
});

test('only files of known kinds are offered, none by a link, none that is large', async (t) => {
  const folder = bundle('files', {
    'screens/display.png': 'png',
    'frames-nic0.pcap': 'pcap',
    kernel: 'elf',
    'large.log': Buffer.alloc(17 * 2 ** 20),
  });
  symlinkSync('/etc/passwd', path.join(folder, 'passwd.txt'));
  t.deepEqual(
    (await listFiles(folder)).map(({name, kind}) => [name, kind]),
    [
      ['frames-nic0.pcap', 'packets'],
      ['result.json', 'text'],
      ['screens/display.png', 'picture'],
    ],
  );
});

test('a bundle that is gone is no evidence', async (t) => {
  t.is(await readEvidence(path.join(temporary, 'none')), undefined);
  t.is(await readEvidence(null), undefined);
});
