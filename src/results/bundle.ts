// SPDX-License-Identifier: MIT
import {randomBytes} from 'node:crypto';
import {copyFile, link, mkdir, readdir, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {plain} from '../spec/variant.ts';
import {isErrno} from '../base/errors.ts';
import {sha256File} from '../base/hash.ts';
import {own, removeOrphans} from '../base/owned.ts';
import {stateRoot} from '../base/paths.ts';
import {writeWhole} from '../base/whole.ts';
import {formatKtap, type KtapTest} from './export/ktap-document.ts';
import {replayArchive} from '../image/initramfs.ts';
import {runFiles} from '../scenario/boot-plan.ts';
import {writeDeviceTree} from '../scenario/write-device-tree.ts';
import {Disks, planHeads} from '../scenario/disks.ts';
import type {Machine} from '../scenario/machine.ts';
import {planFor, type ScenarioPlan, traitsOf} from '../scenario/plan-scenario.ts';
import type {RunRecord} from '../scenario/record.ts';
import {replayScript} from '../scenario/replay.ts';
import type {Run} from '../scenario/run-inputs.ts';
import {asksApi} from '../steps/registry.ts';
import {drawTopology} from '../topology/draw.ts';
import {unsupported} from '../topology/requirements.ts';
import {treeOf} from '../topology/function-tree.ts';
import {fileNameOf} from '../spec/identity.ts';
import {thisHost} from './host-facts.ts';
import {boundedRecord} from './record-schema.ts';
import {reproduceScript} from './reproduce.ts';
import {checkTitle} from '../verdict/render.ts';

/** Where bundles are kept, one directory a run, the newest last by name. */
export const bundlesRoot = path.join(stateRoot, 'runs');

/** The last file that a bundle gets: one without it is of a run that did not end. */
const sums = 'SHA256SUMS';

let swept: Promise<unknown> | undefined;

/** Removes what labs left that were killed, once. */
async function orphans(): Promise<void> {
  swept ??= removeOrphans();
  await swept;
}

/** Directories whose content follows from the rest of a bundle once a run has passed. */
const bulky = ['disks', 'trace.log'];

/** A run whose bundle is being filled. */
export interface Bundle extends Run {
  /**
   * SHA-256 of the files that do not change while it runs, by name. All but the disks is written, and this
   * taken, while the guest boots; it rejects when something could not be written.
   */
  readonly hashes: Promise<ReadonlyMap<string, string>>;
  /** Called when it is finished or removed: it is then no longer this process's. */
  readonly release: () => Promise<void>;
}

/**
 * A run with its bundle's directory: all that the run is made of is there before it begins.
 * @param planned for whichever QEMU: the bundle's is for the machine's
 */
export async function createBundle(planned: ScenarioPlan, machine: Machine): Promise<Bundle> {
  const plan = planFor(planned, traitsOf(machine));
  const begun = new Date().toISOString();
  const stamp = begun.replaceAll(':', '').replace(/\.\d+Z$/, 'Z');
  const name = [
    stamp,
    fileNameOf(plan.name),
    fileNameOf(machine.kernel.name),
    ...(machine.variant.name === plain ? [] : [fileNameOf(machine.variant.name)]),
    randomBytes(3).toString('hex'),
  ].join('_');
  const folder = path.join(bundlesRoot, name);
  await orphans();
  const release = await own(folder, sums);
  await mkdir(folder, {recursive: true});
  const files = runFiles(folder, plan.topology);
  const heads = planHeads(plan.topology, plan.scenario.value);
  const inputs = new Disks(plan.topology, path.join(folder, 'inputs'), heads);
  const disks = new Disks(plan.topology, path.join(folder, 'disks'), heads);
  const run: Run = {plan, machine, files, disks};
  const put = (file: string, content: string | Uint8Array, mode = 0o644): Promise<void> =>
    writeFile(path.join(folder, file), content, {mode});
  const written = Promise.allSettled([
    inputs.create(),
    linkOrCopy(machine.kernel.image, path.join(folder, 'kernel')),
    linkOrCopy(machine.image.file, path.join(folder, 'initrd.cpio')),
    copyFile(plan.scenario.file, path.join(folder, 'scenario.yaml')),
    ...(plan.stepsFile === plan.scenario.file
      ? []
      : [copyFile(plan.stepsFile, path.join(folder, 'steps.yaml'))]),
    copyFile(plan.topologyFile, path.join(folder, 'topology.yaml')),
    replayOf(run).then((archive) => put('replay.cpio', archive)),
    put('topology.txt', `${drawTopology(plan.topology)}\n`),
    put('tree.json', json(treeOf(plan.topology))),
    inputsOf(run).then((known) => put('inputs.json', json(known))),
    put('host.json', json({begun, host: thisHost()})),
    // What this QEMU cannot be started with, it cannot repeat.
    ...(unsupported(plan.topology, machine.qemu.version).length > 0
      ? []
      : [put('reproduce.sh', reproduceScript(run), 0o755)]),
  ]);
  const hashes = written.then((parts) => {
    const failed = parts.find((part) => part.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return hashInputs(folder, inputs, machine);
  });
  // Whoever finishes the bundle is told of a failure.
  hashes.catch(() => undefined);
  try {
    await Promise.all([disks.create(), writeDeviceTree(plan.topology, machine.kernel, folder)]);
  } catch (error) {
    await discardBundle({...run, hashes, release});
    throw error;
  }
  return {...run, hashes, release};
}

/** A nightly run makes the same disks for each kernel. */
const diskHashes = new Map<string, string>();

async function hashInputs(
  folder: string,
  disks: Disks,
  {kernel, image}: Machine,
): Promise<ReadonlyMap<string, string>> {
  // The store knows what the largest files hash to.
  const hashes = new Map([
    ['kernel', kernel.imageSha256],
    ['initrd.cpio', image.sha256],
  ]);
  for (const [id, file] of Object.entries(disks.files)) {
    const content = disks.contentId(id);
    const hash = diskHashes.get(content) ?? (await sha256File(file));
    diskHashes.set(content, hash);
    hashes.set(path.relative(folder, file), hash);
  }
  return hashes;
}

/** What a guest repeats the run from, without the lab. */
async function replayOf({plan, machine}: Run): Promise<Uint8Array> {
  const script = replayScript(plan.scenario.value, plan.topology, machine.kernel.modules);
  return replayArchive(script, await machine.sent);
}

/** What a run is a function of. */
async function inputsOf({plan, machine}: Run): Promise<object> {
  const sent = await machine.sent;
  const {variant, recipe, kernel, image, qemu, acceleration} = machine;
  return {
    scenario: plan.name,
    topology: plan.topology.name,
    variant: variant.name,
    kernelArguments: plan.scenario.value.kernelArguments,
    recipe,
    kernel: {name: kernel.name, key: kernel.key, release: kernel.release, ...kernel.inputs},
    image: {key: image.key, sha256: image.sha256},
    ...(sent.length > 0 && {modules: sent.map(({name, key}) => ({name, key}))}),
    qemu: {path: qemu.path, version: qemu.version.text},
    acceleration,
  };
}

/**
 * Writes a run's result into its bundle, and the hashes of all that is in it.
 * @param keep keeps the disks and the trace of a run that passed, too
 * @returns the result as it is kept: within bounds
 */
export async function finishBundle(
  {files, plan, hashes, release}: Bundle,
  whole: RunRecord,
  keep: boolean,
): Promise<RunRecord> {
  const {folder} = files;
  // A guest may say as much as it likes: no more than this is kept.
  const record = boundedRecord(whole);
  await writeFile(path.join(folder, 'result.json'), json(record));
  const answers = answerTests(record);
  if (answers.length > 0) await writeFile(path.join(folder, 'answers.ktap'), formatKtap(answers));
  const flows = record.steps.flatMap(({ledger}) => ledger).filter(({route}) => route !== undefined);
  if (flows.length > 0)
    await writeFile(path.join(folder, 'paths.txt'), `${drawTopology(plan.topology, flows)}\n`);
  if (record.verdict === 'skip') await rm(path.join(folder, 'disks'), {recursive: true, force: true});
  if (record.verdict === 'pass' && !keep) {
    await Promise.all(bulky.map((name) => rm(path.join(folder, name), {recursive: true, force: true})));
  }
  await writeWhole(path.join(folder, sums), await checksums(folder, await hashes));
  await release();
  return record;
}

/** What the DMA API was asked, a test for each question, a subtest for each thing that was looked at. */
function answerTests({steps}: RunRecord): readonly KtapTest[] {
  return steps
    .filter(({verb}) => asksApi(verb))
    .map(({title, checks}): KtapTest => {
      const subtests = checks.map(
        (check): KtapTest => ({
          name: checkTitle(check),
          ok: check.ok,
          diagnosis: [check.detail],
          subtests: [],
        }),
      );
      return {name: title, ok: checks.every(({ok}) => ok), diagnosis: [], subtests};
    });
}

/** The lines that `sha256sum --check` reads, for all files of a directory. */
async function checksums(folder: string, known: ReadonlyMap<string, string>): Promise<string> {
  const entries = await readdir(folder, {recursive: true, withFileTypes: true});
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
  const lines = await Promise.all(
    names.map(async (name) => `${known.get(name) ?? (await sha256File(path.join(folder, name)))}  ${name}\n`),
  );
  return lines.join('');
}

/** Gives a bundle what the store may lose later; it costs no room where both lie on one file system. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!isErrno(error, 'EXDEV') && !isErrno(error, 'EPERM') && !isErrno(error, 'EMLINK')) throw error;
    await copyFile(from, to);
  }
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Removes a bundle of a run that did not come to an end. */
export async function discardBundle({files, hashes, release}: Bundle): Promise<void> {
  // What is still being written would come back.
  await hashes.catch(() => undefined);
  await rm(files.folder, {recursive: true, force: true});
  await release();
}
