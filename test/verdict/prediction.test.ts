// SPDX-License-Identifier: MIT
import {checked} from '../helpers/findings.ts';
import test from 'ava';
import {labRoot} from '../../src/base/paths.ts';
import type {LedgerEntry} from '../../src/evidence/ledger.ts';
import type {Feature} from '../../src/spec/features.ts';
import type {Api} from '../../src/spec/api.ts';
import {loadTopology} from '../../src/topology/plan-topology.ts';
import type {Check} from '../../src/verdict/check.ts';
import {type ExpectedTransfer, expectTransfers} from '../../src/verdict/expectation.ts';
import {explainingIssue, knownIssue} from '../../src/verdict/prediction.ts';
import {plan} from '../topology/arbitrary.ts';

const below = loadTopology(labRoot, 'nvme-switch');
const across = loadTopology(labRoot, 'nvme-root-ports');
const twoSwitches = plan({
  description: 'x',
  devices: {
    rp0: {type: 'root-port'},
    sw0: {type: 'switch', on: 'rp0'},
    src: {type: 'nvme', on: 'sw0', disk: 2 ** 20},
    rp1: {type: 'root-port'},
    cmb: {type: 'nvme', on: 'rp1', cmb: 2 ** 21},
    dst: {type: 'nvme', disk: 2 ** 20},
  },
});

const written = (api: Api, initiator = 'src'): ExpectedTransfer => ({
  ...{initiator, direction: 'write', target: 'cmb', bytes: 4096, api},
});

const expected = (
  topology: typeof below,
  features: readonly Feature[],
  planned: readonly ExpectedTransfer[],
) => expectTransfers({topology, features}, planned, undefined);

test('what must come is the same for every kernel', (t) => {
  for (const features of [[], ['map-page', 'map-resource']] as const) {
    for (const api of ['sg', 'page', 'resource'] as const) {
      t.is(expected(across, features, [written(api)]).outcome, 'refused');
      t.is(expected(below, features, [written(api)]).outcome, 'peer');
      t.is(expected(below, features, [written(api)]).predicted, undefined);
    }
  }
});

test('plain Linux refuses a list, and maps a page or a range of a BAR blindly', (t) => {
  t.is(expected(across, [], [written('sg')]).predicted, undefined);
  t.like(expected(across, [], [written('page')]).predicted, {
    knownIssue: 'map-page',
    transfers: [written('page')],
    cause: {kind: 'path-unchecked', initiator: 'src', target: 'cmb', api: 'page'},
  });
  t.like(expected(across, [], [written('resource')]).predicted, {knownIssue: 'map-resource'});
});

test('each feature fixes its own known issue', (t) => {
  const knownIssue = (features: readonly Feature[], api: Api) =>
    expected(across, features, [written(api)]).predicted?.knownIssue;
  t.is(knownIssue(['map-page'], 'page'), undefined);
  t.is(knownIssue(['map-page'], 'resource'), 'map-resource');
  t.is(knownIssue(['map-resource'], 'resource'), undefined);
  t.is(knownIssue(['block-under-ops'], 'page'), 'map-page');
});

test('a software IOMMU at a switch serves what is below one, if no IOMMU comes before it', (t) => {
  const knownIssue = (topology: typeof below, initiator: string) =>
    expected(topology, ['map-page-below-switch'], [written('page', initiator)]).predicted?.knownIssue;
  t.is(knownIssue(twoSwitches, 'src'), undefined);
  t.is(knownIssue(twoSwitches, 'dst'), 'map-page');
  t.is(knownIssue({...twoSwitches, translated: true}, 'src'), 'map-page');
});

test('a list that is refused ends the step, whatever was mapped blindly before', (t) => {
  const planned = [written('page'), written('sg', 'dst'), written('page')];
  t.deepEqual(expected(across, [], planned).predicted?.transfers, [written('page')]);
  t.is(expected(across, [], [written('sg'), written('page')]).predicted, undefined);
});

test('what the scenario says against the model is not predicted', (t) => {
  const step = expectTransfers({topology: across, features: []}, [written('page')], 'peer');
  t.is(step.predicted, undefined);
  t.like(expectTransfers({topology: across, features: []}, [written('page')], 'refused').predicted, {
    knownIssue: 'map-page',
  });
});

test('where the bus has addresses of its own a page has none, and a range has another', (t) => {
  const predicted = (name: string, api: Api, features: readonly Feature[] = []) =>
    expected(loadTopology(labRoot, `offset/${name}`), features, [written(api)]).predicted;
  t.is(predicted('identity', 'sg'), undefined);
  t.like(predicted('identity', 'page'), {knownIssue: 'map-page', transfers: [], astray: []});
  t.like(predicted('aliasing', 'page'), {knownIssue: 'map-page', transfers: [], astray: []});
  for (const [name, target] of [
    ['identity', 'unmapped'],
    ['aliasing', 'host-memory'],
  ] as const) {
    const astray = [{...written('resource'), target}];
    t.like(predicted(name, 'resource'), {knownIssue: 'map-resource', transfers: astray, astray});
  }
  t.is(predicted('aliasing', 'page', ['map-page']), undefined);
  t.is(predicted('aliasing', 'resource', ['map-resource']), undefined);
});

test('what is driven beside a transfer that is refused goes on', (t) => {
  const offset = loadTopology(labRoot, 'offset/aliasing');
  const at = (transfer: ExpectedTransfer, beside: string) => ({...transfer, beside});
  const host = (api: Api) => ({...written(api), target: 'host-memory'});
  const refused = [at(written('page'), 'frames'), at(host('page'), 'frames')];
  const others = [at(written('sg', 'dst'), 'drive'), at(host('page'), 'more frames')];
  const {predicted} = expected(offset, [], [...refused, ...others]);
  t.deepEqual(predicted?.transfers, others);
  t.is(predicted?.knownIssue, 'map-page');
  t.is(expected(offset, ['map-page'], [...refused, ...others]).predicted, undefined);
});

test('a wrong placement follows from nothing but a transfer that was to go astray', (t) => {
  const checks = [ledgerFails, checked('placement', false)];
  const board = loadTopology(labRoot, 'offset/identity');
  const lost: LedgerEntry = {
    initiator: 'src',
    direction: 'write',
    target: 'unmapped',
    bytes: 4096,
    address: 0xc0000000,
  };
  t.is(explainingIssue(expected(board, [], [written('resource')]), [lost], checks), 'map-resource');
  t.is(explainingIssue(expected(board, [], [written('page')]), [], checks), undefined);
  t.is(explainingIssue(expected(across, [], [written('page')]), [entry], checks), undefined);
});

const entry: LedgerEntry = {
  ...{initiator: 'src', direction: 'write', target: 'cmb', bar: 2, bytes: 4096, address: 0xfc010000},
};
const ledgerFails = checked('ledger', false);

test('a known issue is one only if it is, to the byte, what was predicted', (t) => {
  const step = expected(across, [], [written('page')]);
  const {predicted} = step;
  if (predicted === undefined) return t.fail();
  const known = (ledger: readonly LedgerEntry[], checks: readonly Check[]) =>
    explainingIssue(step, ledger, checks);
  t.is(known([entry], [ledgerFails]), 'map-page');
  t.is(known([{...entry, bytes: 4095}], [ledgerFails]), undefined);
  t.is(known([{...entry, target: 'host-memory'}], [ledgerFails]), undefined);
  t.is(known([], [ledgerFails]), undefined);
  t.is(explainingIssue({refused: step.refused}, [entry], [ledgerFails]), undefined);
  const disk: Check = {...ledgerFails, name: 'disk'};
  t.is(known([entry], [ledgerFails, disk]), undefined, 'more is wrong than the known issue explains');
  const frames: Check = {...ledgerFails, name: 'frames'};
  t.is(known([entry], [ledgerFails, frames]), undefined, 'what moved can arrive');
  t.like(knownIssue(predicted, step), {
    code: 'known-issue',
    subject: 'map-page',
    parameters: {effect: 'allowed', cause: {kind: 'path-unchecked', target: 'cmb'}},
  });
});

test('where all is bounced a page of a peer is refused, though it could be reached', (t) => {
  const bounced: typeof below = {...below, spec: {...below.spec, swiotlb: 'force'}};
  const step = expected(bounced, [], [written('page')]);
  const {predicted} = step;
  if (predicted === undefined) return t.fail();
  t.like(predicted, {knownIssue: 'map-page', transfers: []});
  const checks: Check[] = (['ledger', 'guest', 'frames', 'read-back'] as const).map((name) => ({
    ...ledgerFails,
    name,
  }));
  t.is(explainingIssue(step, [], checks), 'map-page');
  t.is(explainingIssue(step, [entry], checks), undefined, 'it moved');
  t.is(explainingIssue(step, [], [...checks, {...ledgerFails, name: 'disk'}]), undefined);
  t.like(knownIssue(predicted, step), {
    parameters: {effect: 'refused', cause: {kind: 'no-address', bounced: true}},
  });
  t.is(expected(bounced, ['map-page'], [written('page')]).predicted, undefined);
  t.is(expected(bounced, [], [written('sg')]).predicted, undefined);
  t.is(expected(bounced, [], [written('resource')]).predicted, undefined);
  const translated = {...bounced, translated: true};
  t.like(expected(translated, [], [written('page')]).predicted, {knownIssue: 'map-page'});
  t.is(expected(translated, [], [written('page')]).predicted?.cause.kind, 'iova');
  t.is(expected(translated, ['map-page'], [written('page')]).predicted, undefined);
  // That it went by an IOVA is what the IOMMU tells; of a page that was bounced it has nothing to tell.
  const byIova = expected(translated, [], [written('page')]);
  const iommu: Check = {...ledgerFails, name: 'iommu'};
  t.is(explainingIssue(byIova, [entry], [iommu]), 'map-page');
  t.is(explainingIssue(byIova, [entry], [{...ledgerFails, name: 'placement'}]), undefined);
  t.is(explainingIssue(step, [], [...checks, iommu]), undefined);
  const refused: typeof across = {...across, spec: {...across.spec, swiotlb: 'force'}};
  t.is(expected(refused, [], [written('page')]).predicted, undefined, 'refused, as it must be');
  t.like(expected(refused, [], [written('resource')]).predicted, {knownIssue: 'map-resource'});
});

const bars = (start: number) => ({
  bars: [{device: 'cmb', bar: 2, start, size: 2 ** 24}],
  memory: [{start: 0, size: 2 ** 29}],
});

const narrow = (dmaBits: number) =>
  plan({
    description: 'x',
    devices: {
      rp0: {type: 'root-port'},
      sw0: {type: 'switch', on: 'rp0'},
      edu: {type: 'edu', on: 'sw0', 'dma-bits': dmaBits},
      cmb: {type: 'nvme', on: 'sw0', cmb: 2 ** 24},
    },
  });

test('an address beyond the mask must be refused; plain Linux looks at that of a list with no bus address only', (t) => {
  const at = (bits: number, api: Api, features: readonly Feature[] = []) =>
    expectTransfers(
      {topology: narrow(bits), features, map: bars(0xfc00_0000)},
      [written(api, 'edu')],
      undefined,
    );
  t.is(at(32, 'sg').outcome, 'peer');
  for (const api of ['sg', 'page', 'resource'] as const) {
    t.like(at(31, api), {outcome: 'refused', rule: 'mask'});
    t.is(at(31, api, ['mask-bus-addr']).predicted, undefined);
  }
  t.is(at(31, 'page').predicted, undefined);
  // The edu leaves out the bits that it does not have.
  t.like(at(31, 'sg').predicted, {
    knownIssue: 'mask-bus-addr',
    astray: [{...written('sg', 'edu'), target: 'unmapped'}],
  });
  t.like(at(28, 'sg').predicted, {astray: [{...written('sg', 'edu'), target: 'host-memory'}]});
});

test('where all is bounced a peer beyond the host bridge must be refused, and a drive of Linux 6.12 hangs', (t) => {
  const bounced = plan({
    description: 'x',
    cpu: 'EPYC',
    swiotlb: 'force',
    devices: {
      rp0: {type: 'root-port'},
      rp1: {type: 'root-port'},
      src: {type: 'nvme', on: 'rp0', disk: 2 ** 20},
      cmb: {type: 'nvme', on: 'rp1', cmb: 2 ** 24},
      edu: {type: 'edu'},
    },
  });
  t.like(expected(bounced, [], [written('sg')]), {outcome: 'refused', rule: 'bounce'});
  t.like(expected(bounced, [], [written('sg')]).predicted, {
    knownIssue: 'refused-io-ends',
    hangs: true,
    transfers: [],
  });
  t.is(expected(bounced, ['refused-io-ends'], [written('sg')]).predicted, undefined);
  t.is(expected(bounced, [], [written('sg', 'edu')]).predicted, undefined);
  t.is(expected(bounced, [], [written('page', 'edu')]).predicted, undefined);
  t.like(expected(bounced, [], [written('resource', 'edu')]).predicted, {knownIssue: 'map-resource'});
});
