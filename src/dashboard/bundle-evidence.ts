// SPDX-License-Identifier: MIT
import {existsSync} from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import {kernelReports} from '../evidence/kernel-log.ts';
import {most, name, sentence} from '../results/bounds.ts';
import {largestFiles} from '../results/bundle-facts.ts';
import {BundleFileError, bundleFiles, readBundleEnds, readBundleFile} from '../results/bundle-files.ts';
import {checkSchema, runSchema} from '../results/record-schema.ts';
import {checkTitle} from '../verdict/render.ts';

/** How much of a log a page shows: its beginning and its end, in bytes. A guest may write as much as it likes. */
const shownOfLog = {head: 48 * 1024, tail: 144 * 1024} as const;

/** The longest line that is shown, in characters. */
const longestLine = 2000;

/** The largest file that a page offers, in bytes, and how many of a bundle it does. */
const largestFile = 16 * 2 ** 20;
const mostOffered = 500;

/** What is drawn or shown whole, in bytes. */
const largestText = 64 * 1024;

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

/** A function of a topology's tree, as a bundle has it. */
const nodeSchema = z.object({
  id: name,
  parent: name.nullable(),
  bdf: name,
  kind: z.enum(['root-port', 'upstream-port', 'downstream-port', 'pci-bridge', 'endpoint']),
  text: sentence,
});

/** No topology of the lab has as many functions. */
const treeSchema = z.array(nodeSchema).max(1024);

/** What a bundle has to show. */
export interface Evidence {
  /** What of it is damaged, or none of a bundle's, and is not shown: a sentence each. */
  readonly damage: readonly string[];
  readonly report: EvidenceReport | undefined;
  readonly log: Log | undefined;
  readonly tree: z.output<typeof treeSchema>;
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

/** Reads what is shown of a bundle, as far as it can be read; undefined if it is gone. */
export async function readEvidence(bundle: string | null): Promise<Evidence | undefined> {
  if (bundle === null || !existsSync(bundle)) return undefined;
  const damage: string[] = [];
  /** A part that cannot be read is told, and costs nothing but itself. */
  const part = async <T>(work: Promise<T | undefined>): Promise<T | undefined> => {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof BundleFileError)) throw error;
      damage.push(error.message);
      return undefined;
    }
  };
  const [log, tree, paths, result, files] = await Promise.all([
    part(readLog(bundle)),
    part(readJson(bundle, 'tree.json', largestText, treeSchema)),
    part(readText(bundle, 'paths.txt')),
    part(readJson(bundle, 'result.json', largestFiles['result.json'], resultSchema)),
    listFiles(bundle),
  ]);
  return {
    ...{log, tree: tree ?? [], paths, files, damage: damage.toSorted()},
    ...{checks: [], kernelSays: [], report: undefined, ...result},
    script: files.some((file) => file.name === 'reproduce.sh'),
  };
}

async function readLog(bundle: string): Promise<Log | undefined> {
  for (const file of ['dmesg.txt', 'console.log']) {
    const ends = await readBundleEnds(bundle, file, shownOfLog);
    if (ends === undefined || ends.size === 0) continue;
    const {size, head, tail} = ends;
    const left = tail === undefined ? 0 : size - head.length - tail.length;
    const text =
      tail === undefined
        ? head.toString()
        : `${head.toString()}\n… ${left} bytes left out …\n${tail.toString()}`;
    return {name: file, bytes: size, left, lines: markReports(text)};
  }
  return undefined;
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

async function readText(bundle: string, file: string): Promise<string | undefined> {
  return (await readBundleFile(bundle, file, largestText))?.toString();
}

async function readJson<T extends z.ZodType>(
  bundle: string,
  file: string,
  largest: number,
  schema: T,
): Promise<z.output<T> | undefined> {
  const content = await readBundleFile(bundle, file, largest);
  if (content === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(content.toString()));
  } catch (error) {
    throw new BundleFileError(bundle, `its ${file} is not what p2plab writes`, error);
  }
}

/** What a page shows of a result: what an older lab did not write is not there. */
const resultSchema = runSchema
  .pick({kernelSays: true})
  .extend({
    report: z
      .looseObject({title: sentence, decoded: z.array(sentence).max(most.lines).default([])})
      .optional(),
    steps: z
      .array(
        z.looseObject({
          title: sentence,
          checks: z.array(checkSchema).max(most.checks).default([]),
        }),
      )
      .max(most.steps)
      .default([]),
  })
  .transform(({steps, kernelSays, report}) => ({
    kernelSays,
    report: report && {title: report.title, decoded: report.decoded},
    checks: steps.flatMap(({title, checks}) =>
      checks.map((check) => {
        const {ok, witness, detail} = check;
        return {step: title, name: checkTitle(check), ok, witness, detail};
      }),
    ),
  }));

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
  const files = (await bundleFiles(bundle)).flatMap(({name: file, bytes}) => {
    const kind = Object.hasOwn(kinds, path.extname(file)) ? kinds[path.extname(file)] : undefined;
    return kind === undefined || bytes > largestFile ? [] : [{name: file, bytes, kind}];
  });
  return files.slice(0, mostOffered).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** The content of a file that {@link listFiles} offers; undefined for any other. */
export async function readOffered(bundle: string, file: string): Promise<Buffer | undefined> {
  const files = await listFiles(bundle);
  return files.some((one) => one.name === file) ? readListed(bundle, file) : undefined;
}

/** The content of a file that was listed a moment ago; undefined if it has become another one meanwhile. */
export async function readListed(bundle: string, file: string): Promise<Buffer | undefined> {
  return readBundleFile(bundle, file, largestFile).catch((error: unknown) => {
    if (error instanceof BundleFileError) return undefined;
    throw error;
  });
}
