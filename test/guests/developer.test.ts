// SPDX-License-Identifier: MIT
// What a developer runs ten times an hour.
import {temporary} from './temporary-state.ts';
import {copyFileSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {labRoot} from '../../src/base/paths.ts';
import {machineOf, qemu} from './lab.ts';
import {LabProcess} from './processes.ts';

const mutant = path.join(labRoot, 'lab/mutants/bus-address-next-page');
const scenario = 'nvme-copy-same-switch';

test.before(async (t) => {
  t.timeout(600_000, 'building the kernel');
  await machineOf('baseline');
});

async function lab(...words: readonly string[]): Promise<{readonly code: unknown; readonly output: string}> {
  const started = new LabProcess([...words, '--qemu', qemu]);
  const code = await started.ended;
  return {code, output: started.output};
}

test.serial('two kernels side by side: what is worse, with both ledgers', async (t) => {
  t.timeout(300_000, 'a kernel of one file, four boots');
  const {code, output} = await lab('compare', 'baseline', mutant, scenario, 'host-memory-only');
  t.is(code, 1, output);
  t.regex(output, /^nvme-copy-same-switch +pass +fail +worse$/m);
  t.regex(output, /^host-memory-only +pass +pass +same$/m);
  t.regex(
    output,
    /baseline: pass: [^]*src → cmb BAR 2 +16KiB at 0xfc010000[^]*src → cmb BAR 2 +16KiB at 0xfc011000/,
  );
  const same = await lab('compare', 'baseline', 'baseline', scenario);
  t.is(same.code, 2);
  t.regex(same.output, /are the same kernel/);
});

test.serial('a series patch by patch: which does not build, and since which a scenario fails', async (t) => {
  t.timeout(300_000, 'two kernels of one file');
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
    t.timeout(300_000, 'kernels of one file');
    const run = async (...words: readonly string[]): Promise<unknown> =>
      (await lab('run', scenario, '--bisect', ...words)).code;
    t.is(await run(), 0);
    t.is(await run('--series', mutant), 1);
    t.is(await run('--series', path.join(temporary, 'series')), 125);
    t.is(await run('--kernel', '/there/is/no/kernel'), 129);
    t.is(await run('--no-such-option'), 129);
  },
);

test.serial('watch runs again when a file changes, and also what came of an error', async (t) => {
  t.timeout(300_000, 'some boots');
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
