// SPDX-License-Identifier: MIT
import {judged} from '../../helpers/findings.ts';
import test from 'ava';
import {labRoot} from '../../../src/base/paths.ts';
import type {LedgerEntry} from '../../../src/evidence/ledger.ts';
import {cellsOf} from '../../../src/results/designs/cells.ts';
import {changes} from '../../../src/results/designs/cell-changes.ts';
import {type DesignsPage, designsPage} from '../../../src/results/designs/designs-document.ts';
import {score} from '../../../src/results/designs/questions.ts';
import type {RunRecord, StepRecord} from '../../../src/scenario/record.ts';
import {loadTopology} from '../../../src/topology/plan-topology.ts';
import {type ExpectedTransfer, expectTransfers} from '../../../src/verdict/expectation.ts';
import {compareGolden} from '../../topology/golden.ts';

const switched = loadTopology(labRoot, 'pairs/two-switches');
const near = loadTopology(labRoot, 'pairs/switch');

function step(
  topology: typeof near,
  planned: readonly ExpectedTransfer[],
  verdict: StepRecord['verdict'],
  moved: readonly (ExpectedTransfer & Pick<LedgerEntry, 'route' | 'translated'>)[],
): StepRecord {
  const ledger = moved.map(
    ({initiator, direction, target, bytes, route, translated}): LedgerEntry => ({
      ...{initiator, direction, target, bytes, address: 0xfc000000},
      ...(route !== undefined && {route}),
      ...(translated !== undefined && {translated}),
    }),
  );
  const expected = expectTransfers({topology, features: []}, planned, undefined);
  const rest = {title: 'x', verb: 'dma', durationMs: 1, checks: [], guest: []};
  return {...rest, ...judged(verdict, verdict === 'skip' ? 'skip' : `${verdict}: because`), expected, ledger};
}

const read = (initiator: string, target: string, api: ExpectedTransfer['api']): ExpectedTransfer => ({
  ...{initiator, direction: 'read', target, bytes: 4096, api},
});
const record = (scenario: string, kernel: string, steps: readonly StepRecord[]): RunRecord => ({
  ...{
    scenario,
    topology: scenario,
    kernel,
    variant: 'plain',
    qemu: 'stock 10.0.2',
    durationMs: 1,
    continueOnFailure: true,
    steps,
  },
  ...{kernelSays: [], ...judged('pass', '')},
});

const page = read('nic', 'cmb', 'page');
const list = read('dst', 'cmb', 'sg');
const header = {...read('nic', 'host-memory', 'page'), bytes: 144};
const brought: ExpectedTransfer = {...read('src', 'host-memory', 'sg'), direction: 'write'};

test('a cell says what came of a transfer by the ledger', (t) => {
  const came = (
    topology: typeof near,
    ...made: Parameters<typeof step> extends [unknown, ...infer R] ? R : never
  ) =>
    cellsOf(topology, record('x', 'k', [step(topology, ...made)])).map(
      ({due, came: what}) => `${due}: ${what}`,
    );
  const frames = [brought, page, header];
  t.deepEqual(came(near, frames, 'pass', frames), ['peer: right']);
  t.deepEqual(came(near, frames, 'fail', [brought]), ['peer: refused']);
  t.deepEqual(came(near, frames, 'fail', [brought, {...page, target: 'host-memory'}]), ['peer: astray']);
  t.deepEqual(came(near, frames, 'fail', [brought, {...page, bytes: 4095}]), ['peer: wrong']);
  const iova = {route: 'upstream', translated: 0xfb00_0000} as const;
  t.deepEqual(came(near, frames, 'fail', [brought, {...page, ...iova}, header]), ['peer: detour']);
  const [range, out] = [read('nic', 'cmb', 'resource'), read('nic', 'host-memory', 'resource')];
  const moved = [brought, range, {...out, direction: 'write'} as const];
  t.deepEqual(came(near, moved, 'fail', [brought, out, {...out, direction: 'write'}]), ['peer: astray']);
  t.deepEqual(came(near, frames, 'crash', []), ['peer: crash']);
  t.deepEqual(came(near, [read('nic', 'host-memory', 'page')], 'fail', []), ['host-memory: wrong']);
  t.deepEqual(came(switched, frames, 'pass', [brought]), ['refused: right']);
  t.deepEqual(came(switched, frames, 'fail', frames), ['refused: blind']);
  t.deepEqual(came(switched, frames, 'fail', []), ['refused: wrong']);
  t.deepEqual(came(switched, frames, 'skip', []), ['refused: skip']);
});

test('what was left out does not count', (t) => {
  const cells = (['pass', 'fail', 'skip', 'skip'] as const).flatMap((verdict) =>
    cellsOf(near, record('x', 'k', [step(near, [page], verdict, [])])),
  );
  t.deepEqual(score(cells), {right: 1, of: 2});
});

/** Two kernels on two trees. */
function pageAbout(about: DesignsPage['about']): DesignsPage {
  const runs = [
    [
      near,
      record('pairs/switch', 'one', [step(near, [page], 'pass', [page]), step(near, [list], 'pass', [list])]),
    ],
    [near, record('pairs/switch', 'two', [step(near, [page], 'fail', []), step(near, [list], 'skip', [])])],
    [
      switched,
      record('pairs/far', 'one', [step(switched, [page], 'pass', []), step(switched, [list], 'pass', [])]),
    ],
    [
      switched,
      record('pairs/far', 'two', [
        step(switched, [page], 'fail', [page]),
        step(switched, [list], 'crash', []),
      ]),
    ],
  ] as const;
  return {
    about,
    designs: [
      {name: 'one', description: 'A design that is right'},
      {name: 'two', description: 'A design that is not'},
    ],
    scenarios: [
      {name: 'pairs/switch', description: 'Near'},
      {name: 'pairs/far', description: 'Far'},
    ],
    machine: 'QEMU 10.0.2',
    cells: runs.flatMap(([topology, run]) => cellsOf(topology, run)),
  };
}

for (const about of ['designs', 'versions'] as const) {
  test(`the page of ${about}`, (t) => {
    compareGolden(t, `../../results/golden/${about}.md`, designsPage(pageAbout(about)));
  });
}

test('what changed from one kernel to the next', (t) => {
  const [, text] = changes(pageAbout('versions'));
  t.is(
    text,
    [
      '### From `one` to `two`\n',
      '- 1 × page: refused though allowed, was right: e1000e, on `pairs/switch`. For one: fail: because',
      '- 1 × list: not to be run, was right: nvme, on `pairs/switch`. For one: skip',
      '- 1 × page: mapped over a path that is not allowed, was right: e1000e, on `pairs/far`. For one: fail: because',
      '- 1 × list: a crash, was right: nvme, on `pairs/far`. For one: crash: because',
    ].join('\n'),
  );
  t.deepEqual(changes({...pageAbout('versions'), designs: [{name: 'one'}, {name: 'one'}]}), [
    '## What changed',
    '### From `one` to `one`\n\nNothing.',
  ]);
});
