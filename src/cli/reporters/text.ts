// SPDX-License-Identifier: MIT
import {styleText} from 'node:util';
import {displayPath} from '../../base/paths.ts';
import type {LedgerEntry} from '../../evidence/ledger.ts';
import {formatSize} from '../../spec/size.ts';
import type {Verdict} from '../../verdict/judge.ts';
import {progressLines} from '../progress.ts';
import type {Result} from '../run-all.ts';
import {exitCodeOf, type Reporter} from './reporter.ts';

const colours = {
  pass: 'green',
  fail: 'red',
  crash: 'red',
  error: 'yellow',
  skip: 'cyan',
} as const satisfies Record<Verdict, string>;

/** Lines for a person: live progress on a terminal, then the results with the ledger of each. */
export function textReporter(): Reporter {
  const lines = progressLines();
  return {
    progress: lines.show,
    result: (result) => {
      lines.print(describe(result));
    },
    close: lines.close,
    end: (results) => {
      process.stdout.write(`${summary(results)}\n`);
      return exitCodeOf(results);
    },
  };
}

/** A result in a few lines: verdict, cause, ledger, and what else was looked at if it is wrong. */
export function describe(result: Result): string {
  const verdict = styleText(colours[result.verdict], result.verdict.toUpperCase());
  const head = `${verdict} ${result.scenario} [${result.kernel}] ${(result.durationMs / 1000).toFixed(1)} s`;
  const ledger = flows(result.steps.flatMap((step) => step.ledger)).map(describeFlow);
  const wrong = result.steps.flatMap(({checks}) => checks).filter(({ok}) => !ok);
  const told = result.verdict === 'pass' ? [] : [`  ${printable(result.reason)}`];
  const further = wrong.slice(1).map(({name, detail}) => `  also ${name}: ${printable(detail)}`);
  const kernel =
    result.verdict === 'pass' || result.verdict === 'skip'
      ? []
      : result.kernelSays.slice(-3).map((line) => `  kernel: ${printable(line)}`);
  const where =
    result.verdict === 'pass' || result.verdict === 'skip'
      ? []
      : [`  evidence: ${displayPath(result.bundle)}`];
  return [head, ...told, ...ledger, ...further, ...kernel, ...where].join('\n');
}

/** What one initiator moved in one direction to or from one place, all pieces of it together. */
interface Flow extends LedgerEntry {
  readonly pieces: number;
}

function flows(ledger: readonly LedgerEntry[]): readonly Flow[] {
  const found = new Map<string, Flow>();
  for (const entry of ledger) {
    const key = [entry.initiator, entry.direction, entry.target, entry.bar].join(' ');
    const flow = found.get(key) ?? {...entry, bytes: 0, pieces: 0};
    found.set(key, {...flow, bytes: flow.bytes + entry.bytes, pieces: flow.pieces + 1});
  }
  return [...found.values()];
}

function describeFlow({initiator, direction, target, bar, bytes, address, pieces}: Flow): string {
  const arrow = direction === 'write' ? '→' : '←';
  const place = bar === undefined ? target : `${target} BAR ${bar}`;
  const where =
    pieces === 1
      ? `at 0x${address.toString(16)}`
      : `in ${pieces} pieces, the first at 0x${address.toString(16)}`;
  return `  ${initiator} ${arrow} ${place}  ${formatSize(bytes)} ${where}`;
}

function summary(results: readonly Result[]): string {
  const verdicts: readonly Verdict[] = ['pass', 'fail', 'crash', 'error', 'skip'];
  const counts = verdicts.map(
    (verdict) => [verdict, results.filter((result) => result.verdict === verdict).length] as const,
  );
  const words = counts.filter(([, count]) => count > 0).map(([verdict, count]) => `${count} ${verdict}`);
  return `${results.length} ${results.length === 1 ? 'run' : 'runs'}: ${words.join(', ')}`;
}

/** A guest's words may end up here: control characters must not reach the terminal. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, (character) => (character === '\n' ? ' ' : '�'));
}
