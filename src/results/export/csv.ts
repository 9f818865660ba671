// SPDX-License-Identifier: MIT
import {stringify} from 'csv-stringify/sync';
import {printable} from '../describe.ts';
import type {Run} from '../queries/recorded-run.ts';

/** A line for each run (RFC 4180), the names of the columns first; what a spreadsheet would compute is text. */
export function csv(runs: readonly Run[]): string {
  const rows = runs.map(({environment, steps, measurements, ...run}) => {
    const measured = new Map(measurements.map(({name, value}) => [name, value]));
    return {
      run: run.name,
      begun: run.begun,
      nightlyRun: run.nightlyRun ?? '',
      suite: run.suite ?? '',
      ...{scenario: run.scenario, topology: run.topology, variant: run.variant, kernel: run.kernel},
      release: environment.kernel_release,
      qemu: environment.qemu,
      host: environment.host,
      ...{
        verdict: run.verdict,
        reason: run.reason,
        knownIssue: run.knownIssue ?? '',
        code: run.code,
        fingerprint: run.fingerprint ?? '',
      },
      'duration-ms': run.duration,
      steps: steps.length,
      'peer-bytes': measured.get('peer-bytes') ?? '',
      'host-memory-bytes': measured.get('host-memory-bytes') ?? '',
      'lost-bytes': measured.get('lost-bytes') ?? '',
    };
  });
  return stringify(rows.map(clean), {header: true, columns: [...columns], escape_formulas: true}).trimEnd();
}

/** A line break in a cell, and what a terminal obeys, is in no file that people print. */
function clean(row: Readonly<Record<string, string | number>>): Readonly<Record<string, string | number>> {
  return Object.fromEntries(
    Object.entries(row).map(([key, value]) => [key, typeof value === 'string' ? printable(value) : value]),
  );
}

/** In their order; they are added to, never taken away. */
const columns = [
  ...[
    'run',
    'begun',
    'nightly-run',
    'suite',
    'scenario',
    'topology',
    'variant',
    'kernel',
    'release',
    'qemu',
    'host',
  ],
  ...['verdict', 'reason', 'knownIssue', 'code', 'fingerprint', 'duration-ms', 'steps'],
  ...['peer-bytes', 'host-memory-bytes', 'lost-bytes'],
] as const;
