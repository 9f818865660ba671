// SPDX-License-Identifier: MIT
import {renderFinding} from '../../src/verdict/render.ts';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {crashIn, crashOnConsole} from '../../src/scenario/crash.ts';
import type {Machine} from '../../src/scenario/machine.ts';

const root = mkdtempSync(path.join(tmpdir(), 'p2plab-crash-'));
process.on('exit', () => {
  rmSync(root, {recursive: true, force: true});
});
const folderOfOwn = (): string => mkdtempSync(path.join(root, 'run-'));

const golden = (name: string): string =>
  readFileSync(path.join(import.meta.dirname, '../evidence/reports', `${name}.txt`), 'utf8');

/** A machine whose kernel has no line tables. */
const machine = {
  kernel: {vmlinux: '/nowhere/vmlinux', arch: 'x86_64'},
  image: {modules: []},
  sent: Promise.resolve([]),
} as unknown as Pick<Machine, 'kernel' | 'image' | 'sent'>;

test('a report is the reason, and is kept with its trace', async (t) => {
  const folder = folderOfOwn();
  const crash = await crashIn(golden('kasan-null-pointer'), machine, folder);
  t.is(crash && renderFinding(crash.finding), 'oops: general protection fault in pci_p2pdma_map_segment');
  t.is(crash?.report.function, 'pci_p2pdma_map_segment');
  const kept = readFileSync(path.join(folder, 'report.txt'), 'utf8').split('\n');
  t.deepEqual(kept.slice(0, 3), [
    'general protection fault in pci_p2pdma_map_segment',
    '  pci_p2pdma_map_segment',
    '  dma_direct_map_sg',
  ]);
  t.true(kept.some((line) => line.startsWith('RIP: 0010:pci_p2pdma_map_segment+0x43/0x120')));
});

test('where the kernel itself says the place, it is told', async (t) => {
  const crash = await crashIn(golden('kernel-bug-with-place'), machine, folderOfOwn());
  t.deepEqual(crash?.finding.parameters, {
    kind: 'oops',
    title: 'kernel BUG in pci_p2pdma_add_resource',
    place: 'drivers/pci/p2pdma.c:214',
  });
});

test('of a guest that is no more the console tells', async (t) => {
  const folder = folderOfOwn();
  writeFileSync(path.join(folder, 'console.log'), golden('arm64-kernel-bug'));
  const crash = await crashOnConsole(machine, folder);
  t.is(crash?.report.title, 'kernel BUG in bug');
  writeFileSync(path.join(folder, 'console.log'), golden('benign-firmware'));
  t.is(await crashOnConsole(machine, folder), undefined);
  t.is(await crashOnConsole(machine, '/nowhere'), undefined);
});
