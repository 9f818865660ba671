// SPDX-License-Identifier: MIT
import {checked, judged, told} from '../helpers/findings.ts';
import {mkdtempSync, readFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {labRoot} from '../../src/base/paths.ts';
import {crashIn} from '../../src/scenario/crash.ts';
import {judgeBeside, KnownReports} from '../../src/scenario/known-crash.ts';
import {readScenario} from '../../src/scenario/scenario-file.ts';
import type {JudgedStep} from '../../src/verdict/judge.ts';

const overflow = {kind: 'oops', title: 'general protection fault in dma_direct_map_sg'} as const;
const cycle = {kind: 'lockdep', title: 'possible circular locking dependency in pciehp_ist'} as const;
const known = new KnownReports({without: 'acs-list', reports: [overflow, cycle]}, []);

test('a report is known by its kind and its title, and to a kernel without the feature alone', (t) => {
  t.is(known.knownIssueOf(overflow), 'acs-list');
  t.is(
    known.knownIssueOf({...overflow, title: 'BUG: kernel NULL pointer dereference in dma_direct_map_sg'}),
    undefined,
  );
  t.is(known.knownIssueOf({...overflow, title: 'general protection fault in nvme_prep_rq'}), undefined);
  t.is(known.knownIssueOf({...overflow, kind: 'panic'}), undefined);
  t.is(known.knownIssueOf(undefined), undefined);
  const fixed = new KnownReports({without: 'acs-list', reports: [overflow]}, ['acs-list']);
  t.is(fixed.knownIssueOf(overflow), undefined);
  t.is(new KnownReports(undefined, []).knownIssueOf(overflow), undefined);
});

test('only what leaves the kernel unharmed is harmless', (t) => {
  t.true(known.isHarmless(cycle));
  t.false(known.isHarmless(overflow));
  t.false(known.isHarmless({...cycle, title: 'possible recursive locking in pciehp_ist'}));
});

const crashed: JudgedStep = {
  title: 'unplug',
  ...judged('crash', 'lockdep'),
  checks: [checked('ledger', true)],
};

test('what is wrong beside a harmless report is the verdict', (t) => {
  const wrong: JudgedStep = {
    title: 'copy',
    ...judged('fail', 'ledger: wrong'),
    checks: [checked('ledger', false)],
  };
  t.is(judgeBeside({errors: []}, [crashed], false), undefined);
  t.like(judgeBeside({errors: []}, [crashed, wrong], false), {verdict: 'fail', reason: 'ledger: wrong'});
  t.like(judgeBeside({errors: [told('the log has a gap')]}, [crashed], false), {verdict: 'error'});
});

test('a harmless report does not hide the one after it', async (t) => {
  const machine = {
    kernel: {vmlinux: '/nowhere', arch: 'x86_64'},
    image: {modules: []},
    sent: Promise.resolve([]),
  } as unknown as Parameters<typeof crashIn>[1];
  const golden = (name: string): string =>
    readFileSync(path.join(import.meta.dirname, '../evidence/reports', `${name}.txt`), 'utf8');
  const folder = mkdtempSync(path.join(tmpdir(), 'known-crash-'));
  const first = await crashIn(golden('lockdep-circular'), machine, folder);
  if (first === undefined) {
    t.fail('no report');
    return;
  }
  const {kind, title} = first.report;
  const one = new KnownReports({without: 'acs-list', reports: [{kind, title}]}, []);
  const both = `${golden('lockdep-circular')}\n${'\n'.repeat(50)}${golden('kasan-null-pointer')}`;
  t.is((await crashIn(both, machine, folder))?.report.kind, 'lockdep');
  t.is((await crashIn(both, machine, folder, {known: one}))?.report.kind, 'oops');
  t.is((await crashIn(golden('lockdep-circular'), machine, folder, {known: one}))?.report.kind, 'lockdep');
});

test('a scenario that borrows its steps has what they are known to report', (t) => {
  const of = (name: string) =>
    readScenario(path.join(labRoot, 'scenarios', `${name}.yaml`)).value['known-crash'];
  t.is(of('iommu/vtd-provider-removed')?.without, 'unplug-lock-order');
  t.deepEqual(of('iommu/vtd-provider-removed'), of('lifecycle/provider-removed'));
  t.is(of('iommu/vtd-vectors'), undefined);
});
