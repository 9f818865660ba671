// SPDX-License-Identifier: MIT
import {providerKind} from '../../devices/roles.ts';
import {renderSkip} from '../../verdict/render.ts';
import {apis, type Came, type Cell, type Due} from './cells.ts';
import {changes} from './cell-changes.ts';
import {groupBy, table, unique} from './markdown.ts';
import {type Question, questions, score} from './questions.ts';

/** What a page is made of. */
export interface DesignsPage {
  /** Whether the kernels are designs of 2017, or Linux as it went on. */
  readonly about: 'designs' | 'versions';
  /** A kernel each: its name and what it is. */
  readonly designs: readonly {readonly name: string; readonly description: string}[];
  readonly scenarios: readonly {readonly name: string; readonly description: string}[];
  /** What it ran on: Linux, QEMU. */
  readonly machine: string;
  readonly cells: readonly Cell[];
}

const right: Readonly<Record<Due, string>> = {
  peer: 'peer to peer',
  refused: 'refused',
  'host-memory': 'by memory',
};

/** Bold is wrong. */
const wrong: Readonly<Record<Exclude<Came, 'right'>, string>> = {
  refused: '**refused**',
  blind: '**mapped**',
  astray: '**astray**',
  detour: '**by the root complex**',
  wrong: '**wrong**',
  crash: '**crash**',
  error: 'error',
  skip: '–',
};

/**
 * The table of the designs, in Markdown: what each made of each pair of devices on each tree. The same cells
 * make the same page.
 */
export function designsPage(page: DesignsPage): string {
  return [
    introduction(page),
    '## What the thread asked',
    ...questions.map((asked) => question(page, asked)),
    '## What is wrong with each',
    ...page.designs.map((design) => answer(page, design)),
    ...(page.about === 'versions' ? changes(page) : []),
    ...page.scenarios.map((scenario) => scenarioSection(page, scenario)),
    '',
  ]
    .join('\n\n')
    .trimEnd()
    .concat('\n');
}

const titles = {
  designs: `# The designs of 2017, judged on every pair of devices

In April 2017 the kernel list asked how one PCI device should write into another: by a software IOMMU at the switch that
catches and translates addresses; or by pages that are marked by their target, so that the DMA layer catches them whoever
the initiator is, unmodified NICs among them. Below is what each does.`,
  versions: `# Linux as it went on, judged on every pair of devices

What Linux itself made of the questions of April 2017, how one PCI device should write into another, from one version
to the next.`,
} as const;

function introduction({about, machine, designs}: DesignsPage): string {
  const kernels = about === 'designs' ? '' : ` --kernels ${designs.map(({name}) => name).join(',')}`;
  const stock = machine.startsWith('QEMU stock ');
  const [qemu, file] = stock ? [' --qemu stock', `${about}-stock`] : ['', about];
  return `<!-- SPDX-License-Identifier: MIT -->
<!-- Made by \`./p2plab designs${kernels}${qemu} --output docs/${file}.md\`. Do not edit. -->
${titles[about]} Every cell is a run on ${machine}: the
ledger of what the devices transferred decided, not the guest.

${designs.map(({name, description}) => `- \`${name}\`: ${description}.`).join('\n')}

A cell says where the bytes went: *peer to peer*, *by memory*, or nowhere, for the mapping was *refused*. What is **bold**
is wrong: a path that is allowed was **refused**, one that is not allowed was **mapped** and the device used it, what had to
turn around below an IOMMU went **by the root complex**, or the device was sent **astray**, to memory that is no part of the
peer; nobody in the guest noticed. – is a transfer that was left out, for it would say nothing; the reason stands below its
table.`;
}

/** A question of the thread, and how many of the cells that answer it are right with each design. */
function question({designs, cells}: DesignsPage, {title, quote, by, cases}: Question): string {
  const rows = cases.map(({text, shows}) => [
    text,
    ...designs.map(({name}) => {
      const {right: good, of} = score(cells.filter((cell) => cell.design === name && shows(cell)));
      return of === 0 ? '–' : good === of ? `${good} of ${of}` : `**${good} of ${of}**`;
    }),
  ]);
  return [
    `### ${title}`,
    `> ${quote} (${by})`,
    table(['right', ...designs.map(({name}) => name)], rows),
  ].join('\n\n');
}

/** What is wrong with a design, in a sentence for each kind of wrong. */
function answer({cells}: DesignsPage, {name}: DesignsPage['designs'][number]): string {
  const own = cells.filter(({design}) => design === name);
  const {right: good, of} = score(own);
  if (good === of) return `**${name}** is right in all ${of} cells.`;
  const bad = own.filter(({came}) => came !== 'right' && came !== 'skip');
  const kinds = groupBy(bad, ({came, api}) => `${came} ${api}`);
  const lines = [...kinds.values()].map((group) => {
    const [first] = group;
    const initiators = unique(group.map(({initiator}) => initiator)).join(', ');
    const where = unique(group.map(({scenario}) => `\`${scenario}\``)).join(', ');
    return `- ${group.length} × ${apis[first.api]} ${wrongly(first)}: ${initiators}, on ${where}. For one: ${first.reason}`;
  });
  return [`**${name}** is right in ${good} of ${of} cells. Wrong are:`, '', ...lines].join('\n');
}

function wrongly({came, due}: Cell): string {
  if (came === 'blind') return 'mapped over a path that is not allowed';
  if (came === 'refused') return 'refused though the path is allowed';
  if (came === 'detour') return 'by an IOVA and the root complex, where it had to turn around below';
  if (came === 'astray') return 'sent to memory that is no part of the peer';
  return `${came}, where it had to be ${right[due]}`;
}

/** The part of the page about one scenario: a line for what had the same fate with each design. */
export function scenarioSection(
  {designs, cells}: DesignsPage,
  {name: scenario, description}: DesignsPage['scenarios'][number],
): string {
  const own = cells.filter((cell) => cell.scenario === scenario);
  const transfers = groupBy(own, ({initiator, api, due, target, direction}) =>
    [initiator, api, due, direction, target].join(' '),
  );
  const lines = [...transfers.values()].map((group) => ({
    first: group[0],
    came: designs.map(({name}) => word(group.find(({design}) => design === name))),
  }));
  const merged = groupBy(lines, ({first: {initiator, api, due}, came}) =>
    [initiator, api, due, ...came].join('|'),
  );
  const rows = [...merged.values()].map((group) => {
    const {first, came} = group[0];
    return [
      first.initiator,
      apis[first.api],
      what(group.map((line) => line.first)),
      right[first.due],
      ...came,
    ];
  });
  const reasons = unique(own.filter(({came}) => came === 'skip').map(({finding}) => renderSkip(finding)));
  return [
    `## [${scenario}](../scenarios/${scenario}.yaml)`,
    `${description}.`,
    table(['initiator', 'maps a', 'and', 'must be', ...designs.map(({name}) => name)], rows),
    ...(reasons.length === 0 ? [] : [reasons.map((reason) => `–: ${reason}.`).join('\n\n')]),
  ].join('\n\n');
}

function word(cell: Cell | undefined): string {
  if (cell === undefined) return '';
  return cell.came === 'right' ? right[cell.due] : wrong[cell.came];
}

/** `writes CMB, VRAM; reads CMB`. */
function what(cells: readonly Cell[]): string {
  return [...groupBy(cells, ({direction}) => direction)]
    .map(([direction, group]) => {
      const places = group.map(({target}) => providerKind(target) ?? 'memory');
      return `${direction}s ${places.join(', ')}`;
    })
    .join('; ');
}
