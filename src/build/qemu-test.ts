// SPDX-License-Identifier: MIT
import {existsSync} from 'node:fs';
import {copyFile, readdir} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import type {Context} from '../base/context.ts';
import {LabError} from '../base/errors.ts';
import {makeScratch, removeScratch} from '../base/owned.ts';
import {runGroup} from '../base/process.ts';
import {qemuFolder, withQemuBuild} from './qemu.ts';
import {readSeries} from './series.ts';

/** The program that QEMU's own tests of PCI run, which looks for its name. */
const program = 'qemu-system-x86_64';

/** The test of lab/qemu/routed's own series, which is part of it. */
const own = 'pcie-router-test';

/** QEMU's tests of PCI, of bridges and of the devices that the lab has. */
const others = [
  'qos-test',
  'q35-test',
  'intel-iommu-test',
  'ivshmem-test',
  'pvpanic-pci-test',
  'i82801b11-test',
  'ioh3420-test',
  'cxl-test',
  'device-introspect-test',
  'device-plug-test',
  'fuzz-e1000e-test',
  'virtio-net-failover',
] as const;

/** Seconds that one of them may take: the longest takes twenty, and a mutant may have one hang. */
const limit = 300;

/** What one of QEMU's tests came to. */
export interface QemuTest {
  readonly name: string;
  readonly passed: number;
  /** What failed: tests by name, or by the function whose assertion ended all. */
  readonly failed: readonly string[];
  /** What it said last, if it ended otherwise: that is no test that failed. */
  readonly broken?: string;
}

/** What came of a mutant: it is killed by the tests that fail, or it was not even built. */
export interface QemuMutant {
  readonly mutant: string;
  readonly killedBy: readonly string[];
  /** Why it could not be tried. */
  readonly inconclusive?: string;
}

/** The mutants of a QEMU's series: folders of patches that break it on purpose. */
export async function qemuMutants(name: string): Promise<readonly string[]> {
  const folder = path.join(qemuFolder(name), 'mutants');
  if (!existsSync(folder)) return [];
  const entries = await readdir(folder, {withFileTypes: true});
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/**
 * Runs QEMU's own tests (qtests) of PCI, and the series' own.
 * @throws {BuildError} when it does not build
 */
export async function testQemu(name: string, context: Context): Promise<readonly QemuTest[]> {
  return tested(name, {tests: [own, ...others]}, context);
}

/** Whether the series' own test kills a mutant of it. */
export async function tryQemuMutant(name: string, mutant: string, context: Context): Promise<QemuMutant> {
  const patches = path.join(qemuFolder(name), 'mutants', mutant);
  try {
    const [test] = await tested(name, {tests: [own], patches}, context);
    const inconclusive = test?.broken;
    return {mutant, killedBy: test?.failed ?? [], ...(inconclusive !== undefined && {inconclusive})};
  } catch (error) {
    if (!(error instanceof LabError) || context.signal.aborted) throw error;
    return {mutant, killedBy: [], inconclusive: error.message};
  }
}

async function tested(
  name: string,
  {tests, patches}: {readonly tests: readonly string[]; readonly patches?: string},
  context: Context,
): Promise<readonly QemuTest[]> {
  const topic = `qemu ${name}${patches === undefined ? '' : ` + ${path.basename(patches)}`}`;
  const more = patches === undefined ? [] : [await readSeries(patches)];
  const targets = [program, ...tests.map((test) => `tests/qtest/${test}`)];
  return withQemuBuild(name, {more, targets}, {...context, topic}, async (objects) => {
    // Beside its build folder QEMU finds the firmware of distributions; in it, it looks for its own.
    const folder = await makeScratch(path.join(tmpdir(), 'p2plab-qtest-'));
    try {
      await copyFile(path.join(objects, program), path.join(folder, program));
      const results: QemuTest[] = [];
      for (const test of tests) {
        context.report({topic, text: test});
        results.push(await runTest(test, objects, path.join(folder, program), context));
      }
      return results;
    } finally {
      await removeScratch(folder);
    }
  });
}

async function runTest(name: string, objects: string, qemu: string, context: Context): Promise<QemuTest> {
  const finished = await runGroup(
    'timeout',
    // In a group of its own it would outlive a lab that is killed. QEMU ends with the program that started it (libqtest).
    ['--foreground', '--kill-after=5', String(limit), path.join(objects, 'tests/qtest', name), '-k'],
    {
      cwd: objects,
      env: {...process.env, QTEST_QEMU_BINARY: qemu},
      signal: context.signal,
    },
  );
  const named = (pattern: RegExp): readonly string[] =>
    [...finished.all.matchAll(pattern)].map(([, test = '']) => test.replace(/^\/x86_64/, ''));
  const passed = named(/^ok \d+ (\S+)(?!.*# SKIP)/gm);
  const failed = named(/^not ok \d+ (\S+)/gm);
  if (finished.exitCode === 0 || failed.length > 0) return {name, passed: passed.length, failed};
  // A test whose assertion fails aborts them all: what is told is its function's name. Another's, as that of what
  // starts QEMU, is no test's.
  const [, bailed] = /^Bail out! \w+:[^:]*:\d+:(test_\w+)/m.exec(finished.all) ?? [];
  if (bailed !== undefined) return {name, passed: passed.length, failed: [bailed]};
  if (finished.exitCode === 124)
    return {name, passed: passed.length, failed: [], broken: `no end in ${limit} s`};
  const broken = finished.all.trim().split('\n').at(-1) ?? `it ended with ${finished.exitCode ?? 'a signal'}`;
  return {name, passed: passed.length, failed: [], broken};
}
