// SPDX-License-Identifier: MIT
import {randomBytes} from 'node:crypto';
import {bounded} from './bounds.ts';
import {factsOf, type RunFacts} from './bundle-facts.ts';
import {fileNameOf} from '../spec/identity.ts';
import type {Case} from './database/record-run.ts';
import {thisHost} from './host-facts.ts';

/** A run that could not be begun: there is no bundle to read. */
export interface Unbegun extends Case {
  readonly reason: string;
  readonly qemu: string;
  /** Makes its name unique; drawn if it is not given. */
  readonly mark?: string;
}

/** The facts of a run that could not be begun: an error of the lab. */
export function unbegunFacts({reason, qemu, mark, ...about}: Unbegun): RunFacts {
  const unique = mark ?? randomBytes(6).toString('hex');
  const record = {
    ...about,
    verdict: 'error',
    reason: bounded(reason),
    finding: {code: 'host-error', parameters: {message: bounded(reason)}},
    qemu,
    durationMs: 0,
    continueOnFailure: false,
  } as const;
  const host = thisHost();
  return factsOf({
    name: `unbegun_${fileNameOf(about.scenario)}_${fileNameOf(about.kernel)}_${unique}`,
    begun: new Date().toISOString(),
    bundle: undefined,
    record: {...record, steps: [], kernelSays: []},
    environment: {
      ...{host: host.name, hostFacts: {...host}, acceleration: '', qemu, image: '', kernelInputs: {}},
      kernel: {name: about.kernel, key: '', release: ''},
    },
  });
}
