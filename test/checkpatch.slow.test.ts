// SPDX-License-Identifier: MIT
// The checkpatch.pl of Linux and that of QEMU find nothing in what the lab compiles into guests, and in its series.
import {globSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import {labRoot} from '../src/base/paths.ts';
import {qemuSource} from '../src/build/qemu-source.ts';
import {ensureSource} from '../src/build/sources/registry.ts';

const context = {report: () => undefined, signal: new AbortController().signal};

/** Milliseconds for the download of a source, and for a script that reads everything by regular expressions. */
const limit = 15 * 60_000;

function filesOf(...patterns: readonly string[]): readonly string[] {
  return patterns
    .flatMap((pattern) => globSync(pattern, {cwd: labRoot}))
    .filter((name) => !name.endsWith('/0000-cover-letter.patch'))
    .toSorted();
}

/** Runs a script on files of the lab; returns what it complains about: each complaint, and where. */
async function complaints(
  t: ExecutionContext,
  source: string,
  options: readonly string[],
  files: readonly string[],
): Promise<readonly string[]> {
  t.true(files.length > 0);
  // It leaves a file of names in CamelCase where it runs.
  const folder = mkdtempSync(path.join(tmpdir(), 'p2plab-checkpatch-'));
  t.teardown(() => {
    rmSync(folder, {recursive: true, force: true});
  });
  const script = path.join(source, 'scripts/checkpatch.pl');
  const words = ['--no-tree', ...options, ...files.map((name) => path.join(labRoot, name))];
  const {stdout, stderr} = await execa('perl', [script, ...words], {cwd: folder, reject: false});
  const lines = stdout.split('\n');
  t.is(lines.filter((line) => line.startsWith('total: ')).length, files.length, stderr);
  return lines.flatMap((line, index) =>
    /^(ERROR|WARNING|CHECK)\b/.test(line)
      ? [`${line} ${(lines[index + 1] ?? '').replace(`${labRoot}/`, '')}`]
      : [],
  );
}

/** Types of complaints that do not apply, each with its reason. */
const notOurs = {
  // Of programs for user space, which has <stdint.h>, <inttypes.h>, and maps registers.
  userSpace: ['PREFER_KERNEL_TYPES', 'CAMELCASE', 'VOLATILE'],
  // Here is no history to look a commit up in, and a message of the kernel is quoted whole.
  patches: ['UNKNOWN_COMMIT_ID', 'COMMIT_LOG_LONG_LINE'],
  // They restore old code as it was.
  mutants: ['SPACING'],
} as const;

async function linux(): Promise<string> {
  const {folder} = await ensureSource({kind: 'package', name: 'linux-source-6.12'}, context);
  return folder;
}

test("Linux' checkpatch finds nothing in guest programs and modules", async (t) => {
  t.timeout(limit);
  const files = filesOf('images/guest/*.[ch]', 'images/modules/*/*.[ch]', 'images/include/**/*.h');
  const options = ['--strict', '--show-types', '--ignore', notOurs.userSpace.join(), '--file'];
  t.deepEqual(await complaints(t, await linux(), options, files), []);
});

test("Linux' checkpatch finds nothing in series and mutants", async (t) => {
  t.timeout(limit);
  const ignored = [...notOurs.patches, ...notOurs.mutants];
  const options = ['--strict', '--show-types', '--ignore', ignored.join()];
  const files = filesOf('lab/patches/**/*.patch', 'lab/mutants/*/*.patch');
  t.deepEqual(await complaints(t, await linux(), options, files), []);
});

test("QEMU's checkpatch finds nothing in the series for QEMU", async (t) => {
  t.timeout(limit);
  const {folder} = await qemuSource(context);
  const files = filesOf('lab/qemu/**/*.patch');
  const found = await complaints(t, folder, [], files);
  // The new files are of directories that MAINTAINERS has.
  t.deepEqual(
    found.filter((line) => !line.includes('does MAINTAINERS need updating?')),
    [],
  );
});
