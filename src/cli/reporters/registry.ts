// SPDX-License-Identifier: MIT
import {junit} from '../../results/export/junit.ts';
import {ktap} from '../../results/export/ktap.ts';
import {document} from './document.ts';
import {jsonReporter} from './json.ts';
import type {Reporter} from './reporter.ts';
import {textReporter} from './text.ts';

const reporters = {
  text: textReporter,
  json: jsonReporter,
  ktap: () => document(ktap),
  junit: () => document(junit),
} as const satisfies Record<string, () => Reporter>;

type Format = keyof typeof reporters;

export const formats = Object.keys(reporters) as readonly Format[];

/** The reporter for a format. */
export function reporterFor(format: Format): Reporter {
  return reporters[format]();
}
