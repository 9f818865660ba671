// SPDX-License-Identifier: MIT
import type {Series} from '../results/queries/series.ts';
import {type Html, html, number} from './html.ts';

const width = 640;
const height = 120;
const margin = {left: 8, right: 8, top: 10, bottom: 18};

/**
 * A series as a line, with the levels before and after its change. It is drawn here, as SVG, and not by a script in the
 * browser, so that it prints, and follows the theme.
 */
export function chart({name, unit, points, change}: Series): Html {
  const values = points.map(({value}) => value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const span = high === low ? Math.max(1, Math.abs(high)) : high - low;
  const inner = {width: width - margin.left - margin.right, height: height - margin.top - margin.bottom};
  const x = (index: number): number => margin.left + (inner.width * index) / Math.max(1, points.length - 1);
  const y = (value: number): number =>
    high === low ? margin.top + inner.height / 2 : margin.top + inner.height * (1 - (value - low) / span);
  const place = (value: number, index: number): string => `${x(index).toFixed(1)},${y(value).toFixed(1)}`;
  const line = values.map(place).join(' ');
  const levels =
    change === undefined
      ? ''
      : html`<path class="level" d="M${margin.left} ${y(change.before)} H${x(change.index)} V${y(change.after)} H${width - margin.right}" />`;
  const title = `${name}: ${points.length} runs, from ${number(low)} to ${number(high)} ${unit}`;
  return html`<figure>
    <figcaption>${title}${changeWords({unit, points, change})}</figcaption>
    <div class="scroll">
      <svg width="${width}" height="${height}" role="img" aria-label="${title}">
        <polyline class="line" points="${line}" />
        ${values.length < 60 ? values.map((value, index) => html`<circle class="dot" r="2.2" cx="${x(index)}" cy="${y(value)}" />`) : ''}
        ${levels}
        <text class="soft" x="${margin.left}" y="${height - 3}">${points[0]?.begun.slice(0, 10) ?? ''}</text>
        <text class="soft" x="${width - margin.right}" y="${height - 3}" text-anchor="end">${points.at(-1)?.begun.slice(0, 10) ?? ''}</text>
      </svg>
    </div>
  </figure>`;
}

/** ` · 12,000 until 2026-11-20, 15,000 since`. */
export function changeWords({unit, points, change}: Pick<Series, 'unit' | 'points' | 'change'>): string {
  if (change === undefined) return '';
  const since = points[change.index]?.begun.slice(0, 16).replace('T', ' ') ?? '';
  const percent = change.before === 0 ? '' : ` (${signed((change.after / change.before - 1) * 100)} %)`;
  return ` · ${number(change.before)} ${unit} before ${since}, ${number(change.after)} ${unit} since${percent}`;
}

function signed(value: number): string {
  return `${value > 0 ? '+' : '−'}${Math.abs(value).toFixed(1)}`;
}
