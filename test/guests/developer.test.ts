// SPDX-License-Identifier: MIT
// What a developer runs ten times an hour.
import {temporary} from './temporary-state.ts';
import {appendFileSync, copyFileSync, cpSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {execa} from 'execa';
import {labRoot} from '../../src/base/paths.ts';
import {machineOf, qemu} from './lab.ts';
import {LabProcess} from './processes.ts';

const mutant = path.join(labRoot, 'lab/mutants/bus-address-next-page');
const scenario = 'nvme-copy-same-switch';

test.before(async (t) => {
  t.timeout(1_800_000, 'building the kernel');
  await machineOf('baseline');
});

async function lab(...words: readonly string[]): Promise<{readonly code: unknown; readonly output: string}> {
  const started = new LabProcess([...words, '--qemu', qemu]);
  const code = await started.ended;
  return {code, output: started.output};
}

test.serial('two kernels side by side: what is worse, with both ledgers', async (t) => {
  t.timeout(1_800_000, 'a kernel of one file, four boots');
  const {code, output} = await lab('compare', 'baseline', mutant, scenario, 'host-memory-only');
  t.is(code, 1, output);
  t.regex(output, /^nvme-copy-same-switch +pass +fail +worse$/m);
  t.regex(output, /^host-memory-only +pass +pass +same$/m);
  t.regex(
    output,
    /baseline: pass: [^]*src → cmb BAR 2 +16 KiB at 0xfc010000[^]*src → cmb BAR 2 +16 KiB at 0xfc011000/,
  );
  const same = await lab('compare', 'baseline', 'baseline', scenario);
  t.is(same.code, 2);
  t.regex(same.output, /are the same kernel/);
});

test.serial('a series patch by patch: which does not build, and since which a scenario fails', async (t) => {
  t.timeout(1_800_000, 'two kernels of one file');
  const folder = path.join(temporary, 'series');
  mkdirSync(folder);
  const name = '0001-mutant-PCI-P2PDMA-Give-the-bus-address-of-the-next-p.patch';
  copyFileSync(path.join(mutant, name), path.join(folder, '0001-bad.patch'));
  const broken =
    '--- a/drivers/pci/p2pdma.c\n+++ b/drivers/pci/p2pdma.c\n@@ -1 +1,2 @@\n // SPDX-License-Identifier: GPL-2.0\n+#error "broken"\n';
  writeFileSync(path.join(folder, '0002-broken.patch'), `Subject: [PATCH 2/2] Break it\n\n---\n${broken}`);
  const {code, output} = await lab('series', folder, scenario);
  t.is(code, 1, output);
  t.regex(output, /^nvme-copy-same-switch +\. +F +x$/m);
  t.regex(output, /^patch 2, "Break it" does not build:/m);
  t.regex(output, /^nvme-copy-same-switch: worse since patch 1, "mutant: PCI\/P2PDMA: Give the bus address/m);
});

test.serial(
  'inside git bisect run: 0 good, 1 bad, 125 for what does not build, 129 to give up',
  async (t) => {
    t.timeout(1_800_000, 'kernels of one file');
    const run = async (...words: readonly string[]): Promise<unknown> =>
      (await lab('run', scenario, '--bisect', ...words)).code;
    t.is(await run(), 0);
    t.is(await run('--series', mutant), 1);
    t.is(await run('--series', path.join(temporary, 'series')), 125);
    t.is(await run('--kernel', '/there/is/no/kernel'), 129);
    t.is(await run('--no-such-option'), 129);
  },
);

test.serial('a module is compiled while the guest boots, sent to it, and kept with the run', async (t) => {
  t.timeout(1_800_000, 'a module, two boots');
  await machineOf('switch');
  const folder = path.join(temporary, 'p2pdma_switch');
  cpSync(path.join(labRoot, 'images/modules/p2pdma_switch'), folder, {recursive: true});
  appendFileSync(path.join(folder, 'main.c'), 'MODULE_INFO(changed, "by the test");\n');
  const words = ['run', scenario, '--kernel', 'switch', '--module', folder, '--format', 'json'];
  const {code, output} = await lab(...words);
  t.is(code, 0, output);
  const [, bundle = ''] = /"bundle": "([^"]+)"/.exec(output) ?? [];
  t.regex(
    readFileSync(path.join(bundle, 'inputs.json'), 'utf8'),
    /"modules": \[\s+\{\s+"name": "p2pdma_switch"/,
  );
  t.true(readFileSync(path.join(bundle, 'replay.cpio')).includes('changed=by the test'));
  t.false(readFileSync(path.join(bundle, 'initrd.cpio')).includes('DMA below a PCIe switch by dma_map_ops'));
  const again = await execa(path.join(bundle, 'reproduce.sh'), {env: {TRACE: '0'}});
  t.regex(again.stdout, /insmod \/lib\/modules\/p2pdma_switch\.ko/);
  t.regex(again.stdout, /p2plab: replayed/);
  t.notRegex(again.stdout, /p2plab: exit status/);
  appendFileSync(path.join(folder, 'main.c'), 'int broken = nothing;\n');
  const broken = await lab(...words);
  t.is(broken.code, 2, broken.output);
  t.regex(broken.output, /main\.c:\d+:\d+: error: /);
});

test.serial('watch runs again when a file changes, and also what came of an error', async (t) => {
  t.timeout(1_800_000, 'some boots');
  const file = path.join(temporary, 'watched.yaml');
  const text = readFileSync(path.join(labRoot, `scenarios/${scenario}.yaml`), 'utf8');
  writeFileSync(file, text);
  const watch = new LabProcess(['watch', file, '--qemu', qemu]);
  const waits = (count: number) => () => watch.output.split('waiting for a change').length > count;
  await watch.until(waits(1), 'the first run');
  t.regex(watch.output, /^PASS watched/m);
  writeFileSync(file, text.replace('steps:', 'stepps:'));
  await watch.until(waits(2), 'the error');
  t.regex(watch.output, /watched\.yaml changed/);
  t.regex(watch.output, /watched\.yaml:\d+:\d+: /);
  writeFileSync(file, text);
  await watch.until(waits(3), 'the third run');
  t.is(watch.output.match(/^PASS watched/gm)?.length, 2, watch.output);
  watch.kill('SIGINT');
  t.is(await watch.ended, 130);
  t.deepEqual(await watch.survivors(), []);
});
