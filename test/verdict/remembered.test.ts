// SPDX-License-Identifier: MIT
import test from 'ava';
import {labRoot} from '../../src/base/paths.ts';
import {withAcs} from '../../src/topology/acs.ts';
import {loadTopology} from '../../src/topology/plan.ts';
import {expectTransfers} from '../../src/verdict/expectation.ts';
import {askedAfter} from '../../src/verdict/remembered.ts';

const plain = loadTopology(labRoot, 'acs/written', {routes: true});
const translating = loadTopology(labRoot, 'acs/written-vtd', {routes: true});
const copy = {initiator: 'src', direction: 'write', target: 'cmb', bytes: 4096, api: 'sg'} as const;
const asked = (topology: typeof plain) =>
  askedAfter({asked: new Map(), topology}, {transfers: [copy], refused: []});

test('ACS that is written changes what the tree allows, and not what Linux remembers of it', (t) => {
  const redirecting = withAcs(plain, 'sw0.0', 'redirect');
  const bench = {topology: redirecting, features: [], asked: asked(plain)};
  const step = expectTransfers(bench, [copy], undefined);
  t.is(step.outcome, 'refused');
  t.like(step.predicted, {knownIssue: 'map-type-fresh', transfers: [copy], astray: []});
  t.is(expectTransfers({...bench, asked: new Map()}, [copy], undefined).predicted, undefined);
  const fresh = expectTransfers({...bench, features: ['map-type-fresh']}, [copy], undefined);
  t.is(fresh.predicted, undefined);
  // Another client is another answer.
  const other = {...copy, initiator: 'dst'};
  t.is(expectTransfers(bench, [other], undefined).predicted, undefined);
});

test('behind an IOMMU that translates the bus address that is remembered is lost', (t) => {
  const redirecting = withAcs(translating, 'sw0.0', 'redirect');
  const step = expectTransfers(
    {topology: redirecting, features: [], asked: asked(translating)},
    [copy],
    undefined,
  );
  t.like(step.predicted, {knownIssue: 'map-type-fresh', astray: [{...copy, target: 'unmapped'}]});
});

test('what was refused still is, once the port no longer redirects', (t) => {
  const redirecting = withAcs(plain, 'sw0.0', 'redirect');
  const back = withAcs(redirecting, 'sw0.0', 'no-redirect');
  const step = expectTransfers({topology: back, features: [], asked: asked(redirecting)}, [copy], undefined);
  t.is(step.outcome, 'peer');
  t.like(step.predicted, {knownIssue: 'map-type-fresh', transfers: []});
});
