// SPDX-License-Identifier: MIT
import {apis, type Came, type Cell} from './cells.ts';
import {groupBy, unique} from './markdown.ts';

/** A cell as it was, and as it is. */
interface Change {
  readonly before: Cell;
  readonly after: Cell;
}

const words: Readonly<Record<Came, string>> = {
  right: 'right',
  refused: 'refused though allowed',
  blind: 'mapped over a path that is not allowed',
  astray: 'sent astray',
  detour: 'by the root complex',
  wrong: 'wrong',
  crash: 'a crash',
  error: 'an error',
  skip: 'not to be run',
};

/** The part of a page about what changed from each kernel to the next, in a line for each kind of change. */
export function changes({
  designs,
  cells,
}: {
  readonly designs: readonly {readonly name: string}[];
  readonly cells: readonly Cell[];
}): readonly string[] {
  const parts = designs.slice(1).map(({name}, index) => {
    const earlier = designs[index]?.name ?? '';
    const lines = [...groupBy(changesOf(cells, earlier, name), kind).values()].map(describe);
    const text = lines.length === 0 ? 'Nothing.' : lines.join('\n');
    return `### From \`${earlier}\` to \`${name}\`\n\n${text}`;
  });
  return ['## What changed', ...parts];
}

function changesOf(cells: readonly Cell[], earlier: string, later: string): readonly Change[] {
  const before = new Map(
    cells.filter(({design}) => design === earlier).map((cell) => [transfer(cell), cell]),
  );
  return cells
    .filter(({design}) => design === later)
    .flatMap((after) => {
      const was = before.get(transfer(after));
      return was === undefined || was.came === after.came ? [] : [{before: was, after}];
    });
}

/** What is the same for all kernels. */
function transfer({scenario, initiator, target, direction, api}: Cell): string {
  return [scenario, initiator, target, direction, api].join(' ');
}

function kind({before, after}: Change): string {
  return `${before.came} ${after.came} ${after.api}`;
}

function describe(group: readonly [Change, ...Change[]]): string {
  const [{before, after}] = group;
  const initiators = unique(group.map((change) => change.after.initiator)).join(', ');
  const where = unique(group.map((change) => `\`${change.after.scenario}\``)).join(', ');
  const because = after.came === 'right' ? before.reason : after.reason;
  return `- ${group.length} × ${apis[after.api]}: ${words[after.came]}, was ${words[before.came]}: ${initiators}, on ${where}. For one: ${because}`;
}
