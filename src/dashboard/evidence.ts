// SPDX-License-Identifier: MIT
import {existsSync} from 'node:fs';
import {open, readdir, readFile, stat} from 'node:fs/promises';
import path from 'node:path';
import {kernelReports} from '../evidence/kernel-log.ts';
import type {TreeNode} from '../topology/tree.ts';

/** How much of a log a page shows: its beginning and its end, in bytes. A guest may write as much as it likes. */
const shownOfLog = {head: 48 * 1024, tail: 144 * 1024} as const;

/** The longest line that is shown, in characters. */
const longestLine = 2000;

/** The largest file that a page offers, in bytes. */
const largestFile = 16 * 2 ** 20;

/** A line of a log. */
export interface LogLine {
  readonly text: string;
  /** A kernel's report begins here: an oops, a warning, … */
  readonly report?: string;
}

/** What of a log is shown. */
export interface Log {
  readonly name: string;
  readonly bytes: number;
  /** Bytes in the middle that are left out. */
  readonly left: number;
  readonly lines: readonly LogLine[];
}

/** A file of a bundle that a page offers. */
export interface EvidenceFile {
  readonly name: string;
  readonly bytes: number;
  readonly kind: 'picture' | 'packets' | 'text';
}

/** What a kernel reported of itself. */
export interface EvidenceReport {
  readonly title: string;
  /** Its trace, with where each function is in the source. */
  readonly decoded: readonly string[];
}

/** What a bundle has to show. */
export interface Evidence {
  readonly report: EvidenceReport | undefined;
  readonly log: Log | undefined;
  readonly tree: readonly TreeNode[];
  readonly paths: string | undefined;
  readonly kernelSays: readonly string[];
  readonly checks: readonly {
    readonly step: string;
    readonly name: string;
    readonly ok: boolean;
    readonly witness: string;
    readonly detail: string;
  }[];
  readonly files: readonly EvidenceFile[];
  /** The script that repeats it, if this QEMU could. */
  readonly script: boolean;
}

/** Reads what is shown of a bundle; undefined if it is gone. */
export async function readEvidence(bundle: string | null): Promise<Evidence | undefined> {
  if (bundle === null || !existsSync(bundle)) return undefined;
  const [log, tree, paths, result, files] = await Promise.all([
    readLog(bundle),
    readTree(path.join(bundle, 'tree.json')),
    readShort(path.join(bundle, 'paths.txt')),
    readResult(path.join(bundle, 'result.json')),
    listFiles(bundle),
  ]);
  return {...{log, tree, paths, files}, ...result, script: existsSync(path.join(bundle, 'reproduce.sh'))};
}

async function readLog(bundle: string): Promise<Log | undefined> {
  for (const name of ['dmesg.txt', 'console.log']) {
    const file = path.join(bundle, name);
    const size = (await stat(file).catch(() => undefined))?.size ?? 0;
    if (size === 0) continue;
    const {text, left} = await readEnds(file, size);
    return {name, bytes: size, left, lines: markReports(text)};
  }
  return undefined;
}

async function readEnds(file: string, size: number): Promise<{readonly text: string; readonly left: number}> {
  const {head, tail} = shownOfLog;
  if (size <= head + tail) return {text: await readFile(file, 'utf8'), left: 0};
  const handle = await open(file);
  try {
    const buffer = Buffer.alloc(head + tail);
    await handle.read(buffer, 0, head, 0);
    await handle.read(buffer, head, tail, size - tail);
    const left = size - head - tail;
    const text = `${buffer.toString('utf8', 0, head)}\n… ${left} bytes left out …\n${buffer.toString('utf8', head)}`;
    return {text, left};
  } finally {
    await handle.close();
  }
}

/** Splits a log into lines without control characters, and marks where the kernel reports something. */
export function markReports(text: string): readonly LogLine[] {
  const reports = kernelReports(text);
  let next = 0;
  return text.split(/\r?\n/).map((line): LogLine => {
    const shown = line.replaceAll(/[^\t\P{Cc}]|\p{Cf}/gu, '�').slice(0, longestLine);
    const report = reports[next];
    if (report === undefined || !line.trimEnd().endsWith(report.line)) return {text: shown};
    next++;
    return {text: shown, report: report.kind};
  });
}

async function readShort(file: string): Promise<string | undefined> {
  const size = (await stat(file).catch(() => undefined))?.size;
  return size === undefined || size > 64 * 1024 ? undefined : readFile(file, 'utf8');
}

async function readTree(file: string): Promise<readonly TreeNode[]> {
  const text = await readShort(file);
  return text === undefined ? [] : (JSON.parse(text) as readonly TreeNode[]);
}

async function readResult(file: string): Promise<Pick<Evidence, 'checks' | 'kernelSays' | 'report'>> {
  const size = (await stat(file).catch(() => undefined))?.size ?? Infinity;
  if (size > largestFile) return {checks: [], kernelSays: [], report: undefined};
  const {
    steps = [],
    kernelSays = [],
    report,
  } = JSON.parse(await readFile(file, 'utf8')) as {
    readonly steps?: readonly {
      readonly title: string;
      readonly checks: readonly Evidence['checks'][number][];
    }[];
    readonly kernelSays?: readonly string[];
    readonly report?: EvidenceReport;
  };
  const checks = steps.flatMap(({title, checks: own}) =>
    own.map(({name, ok, witness, detail}) => ({step: title, name, ok, witness, detail})),
  );
  return {checks, kernelSays, report};
}

const kinds: Readonly<Record<string, EvidenceFile['kind']>> = {
  '.png': 'picture',
  '.pcap': 'packets',
  '.txt': 'text',
  '.log': 'text',
  '.json': 'text',
  '.yaml': 'text',
  '.sh': 'text',
  '.ktap': 'text',
};

/** What may be offered of a bundle: small files of known kinds, by their path in it. */
export async function listFiles(bundle: string): Promise<readonly EvidenceFile[]> {
  const entries = await readdir(bundle, {recursive: true, withFileTypes: true}).catch(() => []);
  const files = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => {
        const file = path.join(entry.parentPath, entry.name);
        const kind = kinds[path.extname(entry.name)];
        const {size} = await stat(file);
        return kind === undefined || size > largestFile
          ? []
          : [{name: path.relative(bundle, file), bytes: size, kind}];
      }),
  );
  return files.flat().toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
