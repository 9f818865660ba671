// SPDX-License-Identifier: MIT
import {existsSync} from 'node:fs';
import path from 'node:path';
import {plain} from '../spec/variant.ts';
import {labRoot} from '../base/paths.ts';
import {shellWords} from '../guest/shell-words.ts';
import {isPath} from '../spec/identity.ts';

/** What a run is repeated from: names as they are recorded. */
export interface Repeated {
  readonly scenario: string;
  readonly kernel: string;
  readonly variant: string;
  /** `routed 10.0.2`, or the name alone; the choice is left open if it is not given. */
  readonly qemu?: string | undefined;
  readonly seconds?: number | undefined;
}

/**
 * The command that repeats a run, to be pasted into a shell in the working directory.
 * @returns undefined where a file that the names stand for is no longer there
 */
export function repeatCommand(run: Repeated): string | undefined {
  const words = repeatWords(run);
  return words === undefined ? undefined : shellWords([placeOf(path.join(labRoot, 'p2plab')), ...words]);
}

/** The arguments of `p2plab` that repeat a run. */
export function repeatWords({
  scenario,
  kernel,
  variant,
  qemu,
  seconds,
}: Repeated): readonly string[] | undefined {
  const file = isFile(scenario) ? existing(scenario, ['.yaml', '.yml', '']) : scenario;
  const kernelWords = wordsOfKernel(kernel);
  const variantName = isFile(variant) ? existing(variant, ['.yaml', '.yml', '']) : variant;
  if (file === undefined || kernelWords === undefined || variantName === undefined) return undefined;
  // The version is what that QEMU was then.
  const qemuName = qemu?.replace(/ \d+\.\d+\.\d+$/, '') ?? '';
  return [
    ...['run', file, ...kernelWords],
    ...(variant === plain ? [] : ['--variant', variantName]),
    ...(qemuName === '' ? [] : ['--qemu', qemuName]),
    ...(seconds === undefined ? [] : ['--seconds', String(seconds)]),
  ];
}

/** `baseline+/home/me/fix+debug` as options: what it is made of is looked up where the names say that it lies. */
function wordsOfKernel(name: string): readonly string[] | undefined {
  const [base = '', ...parts] = name.split(/\+(?=\.?\/|[a-z0-9-]+(?:\+|$))/);
  const first = base.startsWith('git:') || !isFile(base) ? base : existing(base, ['', '.yaml', '.yml']);
  if (first === undefined) return undefined;
  const words = ['--kernel', first];
  for (const part of parts) {
    if (!isFile(part)) {
      // A number stands for so many patches of a series, and no option has that.
      if (/^\d+$/.test(part) || !existsSync(path.join(labRoot, 'images/config', `${part}.config`)))
        return undefined;
      words.push('--config', part);
      continue;
    }
    const module = existing(part, ['']);
    if (module !== undefined && isModule(path.resolve(labRoot, part))) {
      words.push('--module', module);
      continue;
    }
    const series = existing(part, ['', '.patch', '.mbox']);
    const config = existing(part, ['.config']);
    if (series !== undefined) words.push('--series', series);
    else if (config !== undefined) words.push('--config', config);
    else return undefined;
  }
  return words;
}

/** Whether a directory is the source of a module rather than a series of patches. */
function isModule(directory: string): boolean {
  return ['Kbuild', 'Makefile'].some((file) => existsSync(path.join(directory, file)));
}

/** Whether a recorded name is a path: names of the lab may have a slash, but not at their beginning. */
function isFile(name: string): boolean {
  return isPath(name) && /^\.?\//.test(name);
}

function existing(name: string, endings: readonly string[]): string | undefined {
  const file = path.resolve(labRoot, name);
  const ending = endings.find((each) => existsSync(`${file}${each}`));
  return ending === undefined ? undefined : placeOf(`${file}${ending}`);
}

/** A file from the working directory on, if it lies below that; with a slash, so that it is no name. */
function placeOf(file: string): string {
  const relative = path.relative(process.cwd(), file);
  return relative === '' || relative.startsWith('..') ? file : `./${relative}`;
}
