// SPDX-License-Identifier: MIT
import {displayPath} from '../../base/paths.ts';
import {explanation, isFine, printable} from '../../results/describe.ts';
import {shortName} from '../../spec/identity.ts';
import type {Result} from '../run-all.ts';
import type {Found} from './search.ts';

/** Returns the first bad commit as text, with the evidence before and after. */
export function conclusion({suspects, before, after, tried}: Found): string {
  const [first] = suspects;
  const head =
    suspects.length === 1 && first !== undefined
      ? [
          `${first.commit.slice(0, 12)} is the first bad one, of ${tried} that were tried:`,
          `  ${printable(first.subject)}`,
        ]
      : [
          `the first bad one is one of these, of which the others could not be tried:`,
          ...suspects.map(({commit, subject}) => `  ${commit.slice(0, 12)} ${printable(subject)}`),
        ];
  return [...head, ...side('before', before), ...side('since', after)].join('\n');
}

function side(name: string, result: Result | undefined): readonly string[] {
  if (result === undefined) return [];
  return [
    // The explanation of what is wrong begins with the reason.
    `  ${name}: ${result.verdict} on ${shortName(result.kernel)}${isFine(result) ? `: ${printable(result.reason)}` : ''}`,
    ...explanation(result).map((line) => `  ${line}`),
    // A failure is printed with its evidence.
    ...(isFine(result) ? [`    evidence: ${displayPath(result.bundle)}`] : []),
  ];
}
