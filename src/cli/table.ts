// SPDX-License-Identifier: MIT
import {styleText} from 'node:util';
import {printable} from '../results/describe.ts';

export interface Column {
  readonly title: string;
  /** In characters; the last column has none and takes what is left. */
  readonly width?: number;
  readonly right?: boolean;
}

type Style = Parameters<typeof styleText>[0];

/** A cell's text, with a style for all of it. */
export type Cell = string | {readonly text: string; readonly style: Style};

/** Columns as wide as their titles and all that will stand in them. */
export function fit(columns: readonly Column[], rows: readonly (readonly string[])[]): readonly Column[] {
  return columns.map((column, index) => {
    if (index === columns.length - 1) return column;
    const widths = rows.map((row) => printable(row[index] ?? '').length);
    return {...column, width: Math.max(column.title.length, ...widths)};
  });
}

/** One row of a table: on a terminal the last cell is cut where the line ends, in a pipe it is whole. */
export function row(columns: readonly Column[], cells: readonly Cell[]): string {
  let room = process.stdout.isTTY ? process.stdout.columns : Infinity;
  const parts = columns.map(({width, right}, index) => {
    const cell = cells[index] ?? '';
    const {text: raw, style} = typeof cell === 'string' ? {text: cell, style: undefined} : cell;
    // A name may come from a bundle of anybody's.
    const text = printable(raw);
    const padded = width === undefined ? text : right === true ? text.padStart(width) : text.padEnd(width);
    const shown = padded.length > room ? `${padded.slice(0, Math.max(0, room - 1))}…` : padded;
    room -= shown.length + 2;
    return style === undefined || shown === '' ? shown : styleText(style, shown);
  });
  return parts.join('  ').trimEnd();
}

/** The titles of a table. */
export function header(columns: readonly Column[]): string {
  return row(
    columns,
    columns.map(({title}) => ({text: title, style: 'dim'})),
  );
}

/** A whole table. */
export function table(columns: readonly Column[], rows: readonly (readonly Cell[])[]): string {
  const texts = rows.map((cells) => cells.map((cell) => (typeof cell === 'string' ? cell : cell.text)));
  const fitted = fit(columns, texts);
  return [header(fitted), ...rows.map((cells) => row(fitted, cells))].join('\n');
}
