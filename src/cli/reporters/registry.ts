// SPDX-License-Identifier: MIT
import {jsonReporter} from './json.ts';
import {junitReporter} from './junit.ts';
import {ktapReporter} from './ktap.ts';
import type {Reporter} from './reporter.ts';
import {textReporter} from './text.ts';

const reporters = {
  text: textReporter,
  json: jsonReporter,
  ktap: ktapReporter,
  junit: junitReporter,
} as const satisfies Record<string, () => Reporter>;

type Format = keyof typeof reporters;

export const formats = Object.keys(reporters) as readonly Format[];

/** The reporter for a format. */
export function reporterFor(format: Format): Reporter {
  return reporters[format]();
}
