// SPDX-License-Identifier: MIT
import fc from 'fast-check';

/**
 * What is drawn is plain data from which a tree can be built whatever it holds, so that each part of it can
 * be left out or made smaller by itself: that is what shrinking does.
 */
export interface TreeDraw {
  readonly picks: readonly Pick[];
}

/** A device, and where it hangs: a number that is taken modulo the places there are by then. */
interface Pick {
  readonly device: DrawnDevice;
  readonly place: number;
  /** Of a switch, where the boot has ACS: a number that is taken modulo what its ports can be told. */
  readonly acs: number;
}

/** The simplest first: a difference shrinks towards it. */
const drawnDevices = [
  'provider',
  'edu',
  'drive',
  'switch',
  'provider-with-disk',
  'shared-memory',
  'display',
  'nic',
] as const;

export type DrawnDevice = (typeof drawnDevices)[number];

/** The machine around the trees. */
export interface MachineDraw {
  readonly cpu: (typeof cpus)[number];
  readonly iommu?: (typeof iommus)[number];
  /** Whether each switch is told what to do about ACS. */
  readonly acs: boolean;
}

/** Those of a q35, as they translate, and one that does not. */
const iommus = [
  {iommu: 'intel', 'iommu-mode': 'strict'},
  {iommu: 'intel', 'iommu-mode': 'lazy'},
  {iommu: 'intel', 'iommu-mode': 'passthrough'},
  {iommu: 'amd', 'iommu-mode': 'strict'},
  {iommu: 'virtio', 'iommu-mode': 'strict'},
] as const;

/** Two whose host bridge Linux trusts, and two others. */
const cpus = ['Nehalem', 'EPYC', 'Skylake-Server', 'EPYC-Rome'] as const;

/** Pairs that are driven, as numbers that are taken modulo the pairs there are. */
export type PairDraw = readonly number[];

/** A boot: many trees on one machine, for a boot costs seconds and a tree next to nothing. */
export interface ForestDraw {
  readonly machine: MachineDraw;
  readonly trees: readonly TreeDraw[];
  readonly pairs: PairDraw;
}

const device = fc.oneof(
  {arbitrary: fc.constantFrom<DrawnDevice>(...drawnDevices), weight: 3},
  {arbitrary: fc.constantFrom<DrawnDevice>('provider', 'edu'), weight: 2},
  {arbitrary: fc.constant<DrawnDevice>('switch'), weight: 2},
);

const pick = fc.record({device, place: fc.nat(15), acs: fc.nat(3)});

function treeOf(minLength: number, maxLength: number): fc.Arbitrary<TreeDraw> {
  return fc.record({picks: fc.array(pick, {minLength, maxLength, size: 'max'})});
}

/** Small ones and some large: the small ones already have most of what can differ. */
const tree = fc.oneof(
  {arbitrary: treeOf(1, 1), weight: 6},
  {arbitrary: treeOf(2, 3), weight: 3},
  {arbitrary: treeOf(4, 8), weight: 1},
);

const machine: fc.Arbitrary<MachineDraw> = fc.record(
  {
    cpu: fc.constantFrom(...cpus),
    iommu: fc.constantFrom(...iommus),
    acs: fc.boolean(),
  },
  {requiredKeys: ['cpu', 'acs']},
);

const pairsOf = (minLength: number): fc.Arbitrary<PairDraw> =>
  fc.array(fc.nat(9999), {minLength, maxLength: 2});

/** The root complex has slots for this many root ports, the machine's own devices not counted. */
const mostTrees = 27;

/** Boots, whole: for shrinking. */
export const forest: fc.Arbitrary<ForestDraw> = fc.record({
  machine,
  trees: fc.array(treeOf(1, 8), {minLength: 1, maxLength: mostTrees}),
  pairs: pairsOf(0),
});

/**
 * QEMU's work grows with the square of the functions, for it lays all address spaces out anew whenever one
 * BAR is set: 232 functions take 45 s of a CPU to boot and to map all pairs, 48 of them less than 5 s, and none 2 s.
 */
const functionsPerBoot = 48;

/** The boots that have `count` trees in all: the same for the same seed. */
export function drawForests(count: number, seed: number): readonly ForestDraw[] {
  const boots: TreeDraw[][] = [];
  let room = 0;
  for (const drawn of fc.sample(tree, {numRuns: count, seed})) {
    const functions = functionsOf(drawn);
    if (functions > room || boots.at(-1)?.length === mostTrees) {
      boots.push([]);
      room = functionsPerBoot;
    }
    boots.at(-1)?.push(drawn);
    room -= functions;
  }
  const around = fc.sample(fc.record({machine, pairs: pairsOf(2)}), {numRuns: boots.length, seed});
  return around.map((drawn, index) => ({...drawn, trees: boots[index] ?? []}));
}

/** A root port and a device, or a switch below it with a port for each device. */
function functionsOf({picks}: TreeDraw): number {
  return picks.length === 1 ? 2 : 2 + 2 * picks.length;
}
