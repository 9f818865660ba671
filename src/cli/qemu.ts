// SPDX-License-Identifier: MIT
import type {Command} from '@commander-js/extra-typings';
import {HostError, UsageError} from '../base/errors.ts';
import {displayPath} from '../base/paths.ts';
import type {Context} from '../base/context.ts';
import {ensureQemu, listQemus} from '../build/qemu.ts';
import {qemuMutants, testQemu, tryQemuMutant} from '../build/qemu-test.ts';
import {formatTime} from '../base/live-lines.ts';
import {shown} from './shown.ts';
import {table} from './table.ts';

/** `p2plab qemu`. */
export function addQemu(program: Command, finish: (exitCode: number) => void): void {
  const qemu = program
    .command('qemu')
    .description('QEMUs with a series of the lab, built and kept by content');
  qemu
    .command('build')
    .description('build QEMUs now, so that no run has to wait for it')
    .argument('[qemu...]', 'QEMUs of lab/qemu; routed if none is given')
    .action((names) => build(names.length === 0 ? ['routed'] : names));
  qemu
    .command('test')
    .description("run QEMU's own tests of PCI on one, or see whether they catch the mutants of its series")
    .argument('[qemu]', 'a QEMU of lab/qemu', 'routed')
    .option('--mutants', 'try the mutants', false)
    .action(async (name, {mutants}) => {
      finish(await testAll(name, mutants));
    });
  qemu
    .command('list')
    .description('print the QEMUs there are, and which of them are built')
    .action(async () => {
      const rows = (await listQemus()).map(({name, key, folder}) => [
        name,
        key ?? 'not built',
        folder === undefined ? '' : displayPath(folder),
      ]);
      process.stdout.write(`${table([{title: 'qemu'}, {title: 'key'}, {title: 'where'}], rows)}\n`);
    });
}

/** Runs QEMU's tests, or tries the mutants; the exit code is 1 if one failed or was not killed. */
async function testAll(name: string, mutants: boolean): Promise<number> {
  return shown((context, progress) => {
    const write = (line: string): void => {
      progress.end();
      process.stdout.write(`${line}\n`);
    };
    return mutants ? tryMutants(name, write, context) : runTests(name, write, context);
  });
}

async function runTests(name: string, write: (line: string) => void, context: Context): Promise<number> {
  const tests = await testQemu(name, context);
  const rows = tests.map(({name: test, passed, failed, broken}) => [
    test,
    String(passed),
    broken === undefined ? failed.join(', ') || 'none' : `it ended: ${broken}`,
  ]);
  write(table([{title: 'test'}, {title: 'passed', right: true}, {title: 'failed'}], rows));
  // A build without tests has tested nothing.
  if (tests.length === 0) throw new HostError(`QEMU ${name} has no test that was run`);
  return tests.every(({failed, broken}) => failed.length === 0 && broken === undefined) ? 0 : 1;
}

async function tryMutants(name: string, write: (line: string) => void, context: Context): Promise<number> {
  const mutants = await qemuMutants(name);
  if (mutants.length === 0) throw new UsageError(`QEMU ${name} has no mutants`);
  let alive = 0;
  for (const mutant of mutants) {
    const {killedBy, inconclusive} = await tryQemuMutant(name, mutant, context);
    if (killedBy.length === 0) alive++;
    const survived = inconclusive === undefined ? 'SURVIVED' : 'INCONCLUSIVE';
    const [outcome, why] =
      killedBy.length > 0 ? ['killed  ', `by ${killedBy.join(', ')}`] : [survived, inconclusive ?? ''];
    write(`${outcome}  ${mutant}  ${why}`.trimEnd());
  }
  write(`${mutants.length} mutants: ${mutants.length - alive} killed`);
  return alive === 0 ? 0 : 1;
}

async function build(names: readonly string[]): Promise<void> {
  for (const name of names) {
    const begun = performance.now();
    const {key, folder} = await shown((context) => ensureQemu(name, context));
    const time = formatTime(Math.round((performance.now() - begun) / 1000));
    process.stdout.write(`${name}: ${key}, in ${displayPath(folder)} (${time})\n`);
  }
}
