// SPDX-License-Identifier: MIT
import {resultFormatNames, type ResultFormat, resultFormats} from '../../results/export/formats.ts';
import {document} from './document.ts';
import {jsonReporter} from './json.ts';
import type {Reporter} from './reporter.ts';
import {textReporter} from './text.ts';

const reporters = {text: textReporter, json: jsonReporter} as const;

type Format = keyof typeof reporters | ResultFormat;

export const formats: readonly Format[] = ['text', 'json', ...resultFormatNames];

/** The reporter for a format. */
export function reporterFor(format: Format): Reporter {
  return format === 'text' || format === 'json' ? reporters[format]() : document(resultFormats[format]);
}
