// SPDX-License-Identifier: MIT
// A series that deletes a file which Linux needs does not build, although its object lies there.
import {temporary} from './temporary-state.ts';
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {BuildError} from '../../src/base/errors.ts';
import {ensureKernel} from '../../src/build/kernel.ts';
import {packageSource} from '../../src/build/sources/debian-package.ts';
import {selectKernel} from '../../src/runner/select-kernel.ts';
import {context} from './lab.ts';

test('a file that a series deletes is missed, although its object was there', async (t) => {
  t.timeout(1_800_000, 'a kernel, and what is below drivers/pci twice');
  const plan = (series: readonly string[]) => ({
    ...selectKernel('baseline', {series}),
    arch: 'x86_64' as const,
  });
  await ensureKernel(plan([]), context);
  const source = await packageSource({name: 'linux-source-6.12'}, context);
  const lines = readFileSync(path.join(source.folder, 'drivers/pci/vpd.c'), 'utf8').split('\n').slice(0, -1);
  const series = path.join(temporary, 'deleting');
  mkdirSync(series);
  const patch = [
    ...['diff --git a/drivers/pci/vpd.c b/drivers/pci/vpd.c', 'deleted file mode 100644'],
    ...['--- a/drivers/pci/vpd.c', '+++ /dev/null', `@@ -1,${lines.length} +0,0 @@`],
    ...lines.map((line) => `-${line}`),
  ];
  writeFileSync(path.join(series, '0001-delete.patch'), `${patch.join('\n')}\n`);
  await t.throwsAsync(ensureKernel(plan([series]), context), {
    instanceOf: BuildError,
    message: /No rule to make target 'drivers\/pci\/vpd\.o'/,
  });
});
