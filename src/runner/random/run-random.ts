// SPDX-License-Identifier: MIT
import {rm} from 'node:fs/promises';
import type {Context} from '../../base/context.ts';
import {chooseQemu} from '../../build/qemu.ts';
import {findQemu} from '../../guest/qemu-binary.ts';
import {drawForests, type ForestDraw} from './draw.ts';
import {randomFolder, writeForest} from './files.ts';
import {shrinkForest} from './shrink.ts';
import type {Api} from '../../spec/api.ts';
import {isFine} from '../../results/describe.ts';
import {type Request, type Result, type ResultListener, runAll} from '../run-all.ts';

/** What `p2plab random` was asked for. */
export interface RandomRequest extends Omit<Request, 'entries'> {
  /** How many trees. */
  readonly count: number;
  readonly seed: number;
}

/** What came of it. */
export interface Random {
  readonly results: readonly Result[];
  /** What went wrong in a boot. */
  readonly difference?: Difference;
}

/** A boot in which model, Linux and ledger do not agree. */
export interface Difference {
  readonly result: Result;
  /** The file of the smallest scenario that shows it, beside its topology; of the boot if it came only once. */
  readonly file: string;
  /** Whether it came again when the same was booted again. */
  readonly again: boolean;
}

/**
 * Draws trees from a seed, many to a boot, and runs them; then makes the first boot that went wrong smaller
 * as long as the same goes wrong in it.
 */
export async function runRandom(
  {count, seed, ...request}: RandomRequest,
  listener: ResultListener,
  context: Context,
): Promise<Random> {
  const folder = randomFolder(seed);
  await rm(folder, {recursive: true, force: true});
  // Trees are a q35's.
  const qemu = await findQemu('x86_64', await chooseQemu(request.qemu, context), context);
  const place = {folder, apis: answeredApis(request.kernel.features), qemu};
  const draws = drawForests(count, seed);
  const width = String(draws.length - 1).length;
  const entries = await Promise.all(
    draws.map((draw, index) => writeForest(place, `boot-${String(index).padStart(width, '0')}`, draw)),
  );
  const results = await runAll({...request, entries}, listener, context);
  const index = results.findIndex((result) => !isFine(result));
  const [draw, result, entry] = [draws[index], results[index], entries[index]];
  if (draw === undefined || result === undefined || entry === undefined) return {results};
  const smallest = await shrink(draw, result, {place, request}, context);
  const file = (smallest ?? entry).file;
  return {results, difference: {result, file, again: smallest !== undefined}};
}

/** What must come of a mapping is known for those that ask the tree; of the others that they do not. */
function answeredApis(features: readonly string[]): readonly Api[] {
  return [
    'sg',
    ...(features.includes('map-page') ? (['page'] as const) : []),
    ...(features.includes('map-resource') ? (['resource'] as const) : []),
  ];
}

async function shrink(
  draw: ForestDraw,
  result: Result,
  {place, request}: {place: Parameters<typeof writeForest>[0]; request: Omit<Request, 'entries'>},
  context: Context,
): Promise<{readonly file: string} | undefined> {
  let tried = 0;
  const isWrong = async (smaller: ForestDraw): Promise<boolean> => {
    context.report({topic: 'shrinking', text: `boot ${++tried}, ${smaller.trees.length} trees`});
    const entry = await writeForest(place, 'smaller', smaller);
    const [found] = await runAll({...request, entries: [entry], jobs: 1}, {result: () => undefined}, context);
    return found?.verdict === result.verdict;
  };
  // What does not come again cannot be made smaller.
  if (!(await isWrong(draw))) return undefined;
  const smallest = await shrinkForest(draw, isWrong, context);
  return writeForest(place, 'smallest', smallest);
}
