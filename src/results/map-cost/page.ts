// SPDX-License-Identifier: MIT
import {groupBy, table} from '../designs/markdown.ts';
import {type Cost, type MapCostRow, isUndeclared, undeclared} from './compare.ts';

/** What the page is made of. */
export interface MapCostPage {
  /** The kernel that the others are held against. */
  readonly base: string;
  readonly kernels: readonly {readonly name: string; readonly description: string}[];
  readonly scenarios: readonly {readonly name: string; readonly description: string}[];
  /** What it ran on, and what compiled the kernels. */
  readonly machine: string;
  readonly rows: readonly MapCostRow[];
  /** The command that makes it. */
  readonly command: string;
}

/** The table of what mapping host memory costs on each kernel, in Markdown. The same counts make the same page. */
export function mapCostPage(page: MapCostPage): string {
  const {base, kernels, scenarios, machine, rows, command} = page;
  const rises = undeclared(base, rows);
  return `${[
    `<!-- SPDX-License-Identifier: MIT -->
<!-- Made by \`${command}\`. Do not edit. -->
# What mapping host memory costs, in instructions`,
    `Instructions that one call takes, less those of a call that does nothing. They are the same in every boot. In brackets is
how many more they are than on \`${base}\`; what is **bold** is more than the kernel's file declares. Another compiler makes
other numbers: these are of ${machine}.`,
    kernels.map(({name, description}) => `- \`${name}\`: ${description}.`).join('\n'),
    rises.length === 0
      ? 'Nothing takes more than is declared.'
      : ['Not declared:', '', ...rises.map((rise) => `- ${rise}.`)].join('\n'),
    ...[...groupBy(rows, ({scenario}) => scenario)].map(([scenario, own]) => {
      const about = scenarios.find(({name}) => name === scenario);
      const head = ['call', base, ...(own[0].costs.map(({kernel}) => kernel) as readonly string[])];
      return [
        `## [${scenario}](../scenarios/${scenario}.yaml)`,
        `${about?.description ?? ''}.`,
        table(head, own.map(line)),
      ].join('\n\n');
    }),
  ].join('\n\n')}\n`;
}

function line({operation, base, costs}: MapCostRow): readonly string[] {
  return [operation, base === undefined ? '–' : String(base), ...costs.map(cell)];
}

function cell(cost: Cost): string {
  const {value, difference, declared} = cost;
  if (value === undefined) return '–';
  const more = difference === undefined || difference === 0 ? [] : [signed(difference)];
  const but = declared > 0 && difference !== declared ? [`declared ${signed(declared)}`] : [];
  const words = [...more, ...but];
  const text = words.length === 0 ? String(value) : `${value} (${words.join(', ')})`;
  return isUndeclared(cost) ? `**${text}**` : text;
}

function signed(count: number): string {
  return count < 0 ? `−${-count}` : `+${count}`;
}

/** What the files of kernels would have to declare, as YAML for them. */
export function declarations(rows: readonly MapCostRow[]): string {
  const all = rows.flatMap(({scenario, operation, costs}) =>
    costs.flatMap(({kernel, difference = 0}) =>
      difference > 0 ? [{kernel, scenario, text: `${operation}: ${difference}`}] : [],
    ),
  );
  const parts = [...groupBy(all, ({kernel}) => kernel)].map(([kernel, own]) => {
    const lines = [...groupBy(own, ({scenario}) => scenario)].map(([scenario, costs]) => {
      const entries = costs.map(({text}) => `    ${text}`);
      return [`  ${scenario}:`, ...entries].join('\n');
    });
    return [`# ${kernel}`, 'costs:', ...lines, ''].join('\n');
  });
  return parts.join('\n');
}
