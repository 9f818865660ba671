// SPDX-License-Identifier: MIT
import {hostMemory} from '../base/targets.ts';
import {formatBytes} from '../base/bytes.ts';
import type {TreeNode} from '../topology/tree.ts';
import {type Html, html, words} from './html.ts';

/** What went from one place of a tree to another. */
export interface DrawnBytes {
  readonly initiator: string;
  readonly direction: 'read' | 'write';
  readonly target: string;
  readonly bytes: number;
  readonly route: string | null;
  readonly by: string | null;
}

const rowHeight = 26;
const indent = 22;
const letter = 7.6;
const laneWidth = 88;

/**
 * A topology with where the bytes went on it, as SVG: a row for each function, indented below its bridge, and an arrow
 * for each flow, by the port that turned it around. Whole lines are peer to peer, dashed ones go through ordinary
 * memory, dotted ones are lost; each says so in words.
 */
export function drawTree(nodes: readonly Omit<TreeNode, 'acs'>[], flows: readonly DrawnBytes[]): Html {
  const depths = new Map<string, number>();
  for (const {id, parent} of nodes) depths.set(id, parent === null ? 1 : (depths.get(parent) ?? 0) + 1);
  const lost = flows.some(({target}) => target === 'unmapped');
  const rows = [
    {id: 'host-memory', depth: 0, parent: null, text: 'ordinary memory', bdf: ''},
    {id: 'root-complex', depth: 0, parent: null, text: 'root complex', bdf: ''},
    ...nodes.map((node) => ({
      ...{id: node.id, parent: node.parent ?? 'root-complex', depth: depths.get(node.id) ?? 1},
      text: words(`${node.id}  ${node.text}`),
      bdf: words(node.bdf.replace(/^0000:/, '')),
    })),
    ...(lost ? [{id: 'unmapped', depth: 0, parent: null, text: 'unmapped', bdf: ''}] : []),
  ];
  const y = (id: string): number => {
    const index = rows.findIndex((row) => row.id === id);
    return (index === -1 ? 0 : index) * rowHeight + rowHeight / 2 + 4;
  };
  const labels = rows.map(
    ({depth, text, bdf}) => depth * indent + 16 + (bdf.length + text.length + 3) * letter,
  );
  const left = Math.max(...labels) + 16;
  const width = left + flows.length * laneWidth + 130;
  const height = rows.length * rowHeight + 12;
  const wires = rows.flatMap(({id, parent, depth}) => {
    if (parent === null) return [];
    const x = (depth - 1) * indent + 9;
    return [html`<path class="wire" d="M${x} ${y(parent) + 8} V${y(id)} H${x + indent - 8}" />`];
  });
  const texts = rows.map(
    ({id, depth, text, bdf}) =>
      html`<text x="${depth * indent + 6}" y="${y(id) + 4}">${bdf === '' ? '' : html`<tspan class="soft">${bdf} </tspan>`}${text}</text>`,
  );
  const arrows = flows.map((flow, index) => arrow(flow, index, {left, y}));
  return html`<figure>
    <div class="scroll">
      <svg width="${Math.ceil(width)}" height="${height}" role="img" aria-label="${describeAll(flows)}">
        <defs>
          <marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse">
            <path class="head" d="M0 0 L8 4 L0 8 z" />
          </marker>
        </defs>
        ${wires} ${texts} ${arrows}
      </svg>
    </div>
  </figure>`;
}

function arrow(
  flow: DrawnBytes,
  index: number,
  {left, y}: {readonly left: number; readonly y: (id: string) => number},
): Html {
  const {initiator, direction, target, bytes, route, by} = flow;
  const [from, to] = direction === 'write' ? [initiator, target] : [target, initiator];
  const lane = left + 30 + index * laneWidth;
  const turn = by ?? (route === 'upstream' ? 'root-complex' : undefined);
  // It goes up to where it turns around, and down again beside that.
  const down = turn === undefined ? lane : lane + 14;
  const over = turn === undefined ? '' : ` V${y(turn)} H${down}`;
  const kind = target === 'unmapped' ? 'lost' : target === hostMemory ? 'bounced' : 'peer';
  const label = (y(turn ?? from) + y(to)) / 2 + 4;
  return html`<g>
    <title>${describe(flow)}</title>
    <path class="flow ${kind}" marker-end="url(#head)" d="M${left - 8} ${y(from)} H${lane}${over} V${y(to)} H${left - 8}" />
    <text class="soft" x="${down + 5}" y="${label}">${formatBytes(bytes)}</text>
  </g>`;
}

function describe({initiator, direction, target, bytes, route, by}: DrawnBytes): string {
  const verb = direction === 'write' ? 'wrote to' : 'read from';
  const turned =
    route === null ? '' : route === 'upstream' ? ', through the root complex' : `, ${route} at ${by ?? '?'}`;
  return words(`${initiator} ${verb} ${target}: ${formatBytes(bytes)}${turned}`);
}

function describeAll(flows: readonly DrawnBytes[]): string {
  return flows.length === 0
    ? 'The tree; nothing moved on it.'
    : `The tree. ${flows.map(describe).join('. ')}.`;
}
