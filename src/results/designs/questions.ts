// SPDX-License-Identifier: MIT
import type {Api} from '../../spec/api.ts';
import type {Cell} from './cells.ts';

/** A case that the thread is about, and the cells that show it. */
export interface Case {
  readonly text: string;
  readonly shows: (cell: Cell) => boolean;
}

/** What somebody asked in the thread of 2017, and the cases that answer it. */
export interface Question {
  readonly title: string;
  readonly quote: string;
  readonly by: string;
  readonly cases: readonly Case[];
}

const nics = ['e1000', 'e1000e', 'igb'];
const isNic = ({initiator}: Cell): boolean => nics.includes(initiator);

/** A case in two: where the path is allowed, and where it is not. */
function bothWays(text: string, shows: (cell: Cell) => boolean): readonly Case[] {
  return [
    {text: `${text}; allowed, so peer to peer`, shows: (cell) => cell.due === 'peer' && shows(cell)},
    {text: `${text}; not allowed, so refused`, shows: (cell) => cell.due === 'refused' && shows(cell)},
  ];
}

/** What of a design works where bus addresses are not the CPU's: there every path of the lab's is allowed. */
function offset(what: string, by: Api): readonly Case[] {
  return [
    {
      text: `The bus has addresses of its own: ${what}; allowed, so peer to peer`,
      shows: ({offset: has, api, due}) => has && api === by && due === 'peer',
    },
  ];
}

/** In the order in which the page has them. */
export const questions: readonly Question[] = [
  {
    title: 'An offset that is not zero',
    quote: 'that knows how to catch and translate the non-zero offset bus address case',
    by: 'Dan Williams',
    cases: [
      ...offset('a list of segments', 'sg'),
      ...offset('a single page', 'page'),
      ...offset('a range of a BAR', 'resource'),
    ],
  },
  {
    title: 'A software IOMMU at the switch',
    quote:
      'if you could have a software-iommu hanging off that switch device object that knows how to catch and translate',
    by: 'Dan Williams',
    cases: [
      ...bothWays('A switch is above the initiator', ({belowSwitch}) => belowSwitch),
      ...bothWays('No switch is above it', ({belowSwitch}) => !belowSwitch),
    ],
  },
  {
    title: 'Pages that are marked by their target',
    quote:
      "it's the struct page of the target that should be “marked” in such a way that the arch dma'ops can immediately catch that they belong to a device",
    by: 'Ben Herrenschmidt',
    cases: [
      ...bothWays('A list of segments', ({api}) => api === 'sg'),
      ...bothWays('A single page', ({api}) => api === 'page'),
      ...bothWays('A range of a BAR, which has no page', ({api}) => api === 'resource'),
    ],
  },
  {
    title: 'NICs that know nothing',
    quote: 'one could want to have an existing NIC DMA directly to/from NVME pages or GPU pages',
    by: 'Ben Herrenschmidt',
    cases: bothWays('An unmodified driver of e1000, e1000e or igb sends from a CMB or VRAM', isNic),
  },
  {
    title: 'More IOMMU bits',
    quote: "that don't necessarily involve PCI address wrangling but could require additional iommu bits",
    by: 'Ben Herrenschmidt',
    cases: bothWays('An IOMMU translates for the initiator', ({translated}) => translated),
  },
  {
    title: 'Ordinary memory',
    quote: 'That would allow us to keep a fast path for normal memory targets',
    by: 'Ben Herrenschmidt',
    cases: [
      {
        text: 'By whichever call, the bytes are those that were sent',
        shows: ({due}) => due === 'host-memory',
      },
    ],
  },
];

/** How many of the cells are right. Those that were left out do not count. */
export function score(cells: readonly Cell[]): {readonly right: number; readonly of: number} {
  const found = cells.filter(({came}) => came !== 'skip');
  return {right: found.filter(({came}) => came === 'right').length, of: found.length};
}
