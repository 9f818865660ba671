// SPDX-License-Identifier: MIT
import {jsonReporter} from './json.ts';
import type {Reporter} from './reporter.ts';
import {textReporter} from './text.ts';

export const formats = ['text', 'json'] as const;

/** The reporter for a format. */
export function reporterFor(format: (typeof formats)[number]): Reporter {
  return format === 'json' ? jsonReporter() : textReporter();
}
