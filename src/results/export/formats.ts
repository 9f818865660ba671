// SPDX-License-Identifier: MIT
import type {Run} from '../queries/run.ts';
import {type ReportedRun, reportedRun} from '../reported.ts';
import {csv} from './csv.ts';
import {junit} from './junit.ts';
import {kcidb} from './kcidb.ts';
import {ktap} from './ktap.ts';

/** Formats of results, as they come or as they are recorded: each returns a document without the last newline. */
export const resultFormats = {ktap, junit} as const satisfies Readonly<
  Record<string, (results: readonly ReportedRun[]) => string>
>;

/** Formats that need what only the database has. */
const recordFormats = {kcidb, csv} as const satisfies Readonly<
  Record<string, (runs: readonly Run[]) => string>
>;

export type ResultFormat = keyof typeof resultFormats;

/** A format in which recorded runs are exported. */
export type ExportFormat = ResultFormat | keyof typeof recordFormats;

export const resultFormatNames = Object.keys(resultFormats) as readonly ResultFormat[];

export const exportFormatNames: readonly ExportFormat[] = [
  ...resultFormatNames,
  ...(Object.keys(recordFormats) as readonly (keyof typeof recordFormats)[]),
];

/** Returns recorded runs as a document of a format, without the last newline. */
export function exported(format: ExportFormat, runs: readonly Run[]): string {
  return isResultFormat(format) ? resultFormats[format](runs.map(reportedRun)) : recordFormats[format](runs);
}

function isResultFormat(format: ExportFormat): format is ResultFormat {
  return format in resultFormats;
}
