// SPDX-License-Identifier: MIT
import * as z from 'zod';
import type {Frozen} from '../spec/yaml.ts';
import {contentFindings} from './findings/content.ts';
import {guestFindings} from './findings/guest.ts';
import {crashFindings, errorFindings, skipFindings, unknownFindings} from './findings/lab.ts';
import {countFindings, mappingFindings} from './findings/mapping.ts';
import {contradiction, flow, why} from './findings/parts.ts';
import {issueCause, transferFindings} from './findings/transfers.ts';

/** The parameters of each kind of finding, by its code. A code is never given another meaning. */
export const findingSchemas = {
  ...transferFindings,
  ...mappingFindings,
  ...countFindings,
  ...guestFindings,
  ...contentFindings,
  ...crashFindings,
  ...errorFindings,
  ...skipFindings,
  ...unknownFindings,
} as const;

/** What was found, by name: `ledger-differs`. */
export type Code = keyof typeof findingSchemas;

/** The parameters of a kind of finding. */
export type ParametersOf<C extends Code> = Frozen<z.output<(typeof findingSchemas)[C]>>;

/** The finding of one code, or of several. */
export type FindingOf<C extends Code> = {
  readonly [K in C]: {
    readonly code: K;
    /** The device, module, command or call that it is about, where it is about one. */
    readonly subject?: string;
    readonly parameters: ParametersOf<K>;
  };
}[C];

/** The outcome of a check, the cause of a verdict, or the reason to skip. render.ts makes the sentence. */
export type Finding = FindingOf<Code>;

export type SkipFinding = FindingOf<keyof typeof skipFindings>;

/** Why memory can or cannot be reached. */
export type Why = Frozen<z.output<typeof why>>;

/** How a scenario's expectation contradicts the topology. */
export type Contradiction = Frozen<z.output<typeof contradiction>>;

/** How a known issue of a kernel leads to a wrong outcome. */
export type IssueCause = Frozen<z.output<typeof issueCause>>;

export type FlowParameters = Frozen<z.output<typeof flow>>;

/** Reads a finding that was stored; undefined for one of a code or with parameters that this p2plab does not have. */
export function readFinding(value: unknown): Finding | undefined {
  const head = envelope.safeParse(value);
  if (!head.success || !isCode(head.data.code)) return undefined;
  const {code, subject} = head.data;
  const parameters = findingSchemas[code].safeParse(head.data.parameters);
  if (!parameters.success) return undefined;
  // The schema of this code has read the parameters.
  return {code, ...(subject !== undefined && {subject}), parameters: parameters.data} as Finding;
}

const envelope = z.object({code: z.string(), subject: z.string().optional(), parameters: z.unknown()});

function isCode(code: string): code is Code {
  return Object.hasOwn(findingSchemas, code);
}
