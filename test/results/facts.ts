// SPDX-License-Identifier: MIT
import {told} from '../helpers/findings.ts';
import {factsOf, type RunFacts} from '../../src/results/bundle-facts.ts';
import type {RunRecord} from '../../src/scenario/record.ts';
import type {Verdict} from '../../src/base/verdict.ts';

let made = 0;

/** What a test says of a run; the rest is of no matter. */
export interface Given {
  readonly scenario?: string;
  readonly kernel?: string;
  readonly variant?: string;
  readonly verdict?: Verdict;
  readonly reason?: string;
  readonly finding?: RunRecord['finding'];
  readonly knownIssue?: RunRecord['knownIssue'];
  readonly name?: string;
  readonly begun?: string;
  readonly bundle?: string;
  readonly host?: string;
  readonly durationMs?: number;
  readonly steps?: RunRecord['steps'];
}

/** A step that moved bytes, some of them to a peer. */
export const copied: RunRecord['steps'][number] = {
  ...{
    title: 'copy src → cmb',
    verb: 'copy',
    durationMs: 40,
    verdict: 'pass',
    reason: 'src wrote 64 KiB to cmb.',
    finding: told('src wrote 64 KiB to cmb.'),
  },
  checks: [],
  guest: [],
  ledger: [
    {
      ...{initiator: 'src', direction: 'write', target: 'cmb', bar: 2, bytes: 32_768, address: 0xfc010000},
      ...{route: 'peer-to-peer', by: 'sw0'},
    },
    {
      ...{initiator: 'src', direction: 'write', target: 'cmb', bar: 2, bytes: 32_768, address: 0xfc018000},
      ...{route: 'peer-to-peer', by: 'sw0'},
    },
    {initiator: 'dst', direction: 'read', target: 'host-memory', bytes: 512, address: 0x1000},
  ],
};

/** The facts of a run. */
export function facts({
  verdict = 'pass',
  reason = 'src wrote 64 KiB to cmb.',
  scenario = 'copy',
  kernel = 'baseline',
  ...given
}: Given = {}): RunFacts {
  made++;
  return factsOf({
    name: given.name ?? `run-${made}`,
    begun: given.begun ?? new Date(Date.UTC(2026, 0, 1, 0, 0, made)).toISOString(),
    bundle: given.bundle,
    record: {
      ...{scenario, kernel, verdict, reason, variant: given.variant ?? 'plain', topology: 'nvme-switch'},
      finding: given.finding ?? told(reason),
      ...(given.knownIssue !== undefined && {knownIssue: given.knownIssue}),
      ...{
        qemu: 'routed 10.0.2',
        durationMs: given.durationMs ?? 2000,
        continueOnFailure: false,
        kernelSays: [],
      },
      steps: given.steps ?? [copied],
    },
    environment: {
      host: given.host ?? 'host-1',
      hostFacts: {name: given.host ?? 'host-1', processors: 2},
      acceleration: 'tcg',
      qemu: 'routed 10.0.2',
      kernel: {name: kernel, key: `key-of-${kernel}`, release: '6.12.0-p2plab'},
      kernelInputs: {
        source: {title: 'linux-source-6.12 6.12.0', key: 'linux'},
        ...{arch: 'x86_64', compiler: 'gcc 12.2.0'},
        series: [{name: 'switch', patches: [{name: '0001.patch', sha256: 'a'.repeat(64)}]}],
      },
      image: 'image',
    },
  });
}
