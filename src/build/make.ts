// SPDX-License-Identifier: MIT
import {createWriteStream, existsSync} from 'node:fs';
import {copyFile, mkdir, rm} from 'node:fs/promises';
import {availableParallelism} from 'node:os';
import path from 'node:path';
import {finished as written} from 'node:stream/promises';
import type {Context} from '../base/context.ts';
import {BuildError, HostError, isErrno, type LabError} from '../base/errors.ts';
import {displayPath} from '../base/paths.ts';
import {runGroup} from '../base/process.ts';
import {buildEnvironment} from './compiler.ts';

export interface MakeJob {
  /** What is made, for a person: `kernel baseline`. */
  readonly topic: string;
  /** Where make runs. */
  readonly folder: string;
  /** Targets and variables. */
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Where all of its output goes. */
  readonly log: string;
  /**
   * Where compilers put what they do not keep, else the system's folder for that. It is emptied first: a
   * compiler that is killed leaves its files.
   */
  readonly scratch?: string;
  /** A prefix of paths in the output that tells a reader nothing: the work tree. */
  readonly hide?: string;
  /** How many files there are to compile, if known. */
  readonly total?: number | undefined;
}

const maxLines = 20;

/** The lines of a failed make that say why: the compiler's, the linker's, modpost's, else make's own. */
export function reasonLines(output: string): readonly string[] {
  const lines = output.split('\n');
  const causes =
    /: (fatal )?error: |: error #|undefined reference to |^ERROR: modpost: |^ld: |multiple definition of /;
  const own = /^make(\[\d+\])?: \*\*\* |^error: |^\*\*\* /;
  const found = lines.filter((line) => causes.test(line));
  const chosen = found.length > 0 ? found : lines.filter((line) => own.test(line));
  const all = chosen.length > 0 ? chosen : lines.filter((line) => line.trim() !== '').slice(-5);
  const more = all.length - maxLines;
  return more > 0 ? [...all.slice(0, maxLines), `… and ${more} more`] : all;
}

/** The error for a compilation that failed: the disk's, or the source's in the compiler's own lines. */
export function compileError(topic: string, output: string, log?: string): LabError {
  if (output.includes('No space left on device')) {
    return new HostError(`no space left on the disk while compiling ${topic}`, {
      hint: 'p2plab kernel gc makes room',
    });
  }
  return new BuildError(
    `${topic} does not compile:\n${reasonLines(output).join('\n')}`,
    log === undefined ? {} : {hint: `all of the output: ${displayPath(log)}`, log},
  );
}

function makeFailed({topic, folder, log, hide}: MakeJob, output: string): LabError {
  const hidden = hide === undefined ? [] : [hide, path.relative(folder, hide)];
  return compileError(
    topic,
    hidden.reduce((shown, prefix) => shown.replaceAll(`${prefix}/`, ''), output),
    log,
  );
}

/** Has compilers, and the compiler's cache, put what they do not keep into a folder. */
export function scratchEnvironment(scratch: string): Readonly<Record<string, string>> {
  return {TMPDIR: scratch, CCACHE_TEMPDIR: scratch};
}

/**
 * Copies what was made to where it is kept.
 * @throws {BuildError} when it is not there, although what makes it ended well
 */
export async function keepMade(topic: string, from: string, to: string): Promise<void> {
  try {
    await copyFile(from, to);
  } catch (error) {
    if (!isErrno(error, 'ENOENT') || existsSync(from)) throw error;
    throw new BuildError(`${topic}: the build ended without an error, but made no ${path.basename(from)}`, {
      hint: 'does a patch, or the configuration, change what is made?',
    });
  }
}

/**
 * Runs make with all processors and reports how far it is.
 * @returns how many files were compiled
 * @throws {BuildError} with the compiler's own lines; {HostError} when the disk is full
 */
export async function make(job: MakeJob, context: Context): Promise<number> {
  const {topic, folder, log, scratch, total} = job;
  await mkdir(path.dirname(log), {recursive: true});
  if (scratch !== undefined) {
    await rm(scratch, {recursive: true, force: true});
    await mkdir(scratch);
  }
  const file = createWriteStream(log);
  let compiled = 0;
  let reported = 0;
  const onLine = (line: string): void => {
    file.write(`${line}\n`);
    if (!/^ {2}(CC|AS) /.test(line)) {
      if (/^ {2}(LD|KSYMS|OBJCOPY) +(vmlinux|\.tmp_vmlinux)/.test(line))
        context.report({topic, text: 'linking'});
      return;
    }
    compiled++;
    const now = Date.now();
    if (now - reported < 200) return;
    reported = now;
    const of = total === undefined || compiled > total ? '' : ` of ${total}`;
    context.report({topic, text: `${compiled}${of} compiled`});
  };
  try {
    const result = await runGroup('make', [`-j${availableParallelism() + 1}`, ...job.args], {
      cwd: folder,
      env: {...buildEnvironment(), ...(scratch !== undefined && scratchEnvironment(scratch)), ...job.env},
      signal: context.signal,
      onLine,
    });
    if (result.exitCode !== 0) throw makeFailed(job, result.all);
    return compiled;
  } finally {
    file.end();
    await written(file);
  }
}
