// SPDX-License-Identifier: MIT
import test from 'ava';
import {callChecks, endChecks} from '../../src/steps/calls.ts';
import {readFacts} from '../../src/steps/guest-facts.ts';
import type {GuestResults} from '../../src/steps/observed.ts';

function said(...lines: readonly object[]): GuestResults {
  const stdout = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  const failed = lines.some((line) => 'ok' in line && line.ok === false);
  return [
    {
      command: ['p2p'],
      code: failed ? 1 : 0,
      facts: readFacts(['p2p'], {stdout, truncated: false}),
      stdout,
      stderr: '',
    },
  ];
}

const read = (bytes: number) => ({op: 'read', ok: true, bytes});
const refused = (op: string, errname: string) => ({op, ok: false, errname});

test('each call must have moved what was asked of it', (t) => {
  const wanted = [{op: 'read', bytes: 8192}];
  t.true(callChecks(said(read(8192)), wanted, undefined).every(({ok}) => ok));
  const [short] = callChecks(said(read(4096)), wanted, undefined);
  t.like(short, {ok: false, detail: 'read returned 4 KiB; expected 8 KiB'});
  const [none] = callChecks(said(), wanted, undefined);
  t.like(none, {ok: false, detail: 'read returned nothing; expected 8 KiB'});
  const [failed] = callChecks(said(refused('read', 'EIO')), wanted, undefined);
  t.like(failed, {ok: false, detail: 'read failed with EIO; expected success'});
});

test('a call that must fail must fail so, and no other', (t) => {
  const expectError = {read: 'EFAULT'};
  t.like(callChecks(said(refused('read', 'EFAULT')), [], expectError)[0], {ok: true});
  t.like(callChecks(said(refused('read', 'EINVAL')), [], expectError)[0], {
    ok: false,
    detail: 'read failed with EINVAL; expected read to fail with EFAULT',
  });
  t.false(callChecks(said(refused('map', 'EFAULT')), [], expectError)[0]?.ok);
  t.like(callChecks(said(read(8192)), [], expectError)[0], {
    ok: false,
    detail: 'no call failed; expected read to fail with EFAULT',
  });
});

test('what was begun must end, or it says where it waits', (t) => {
  t.true(endChecks(said({op: 'unbind', ok: true})[0], 'unbind of cmb').every(({ok}) => ok));
  const stuck = said({op: 'end', ok: false, errname: 'ETIMEDOUT', where: 'memunmap_pages'});
  t.like(endChecks(stuck[0], 'unbind of cmb')[0], {
    ok: false,
    detail: 'the unbind of cmb did not complete: it is blocked in memunmap_pages()',
  });
  t.like(endChecks(said(refused('unbind', 'ENODEV'))[0], 'unbind of cmb')[0], {
    ok: false,
    detail: 'the unbind of cmb failed with ENODEV',
  });
  t.false(endChecks(undefined, 'unbind of cmb')[0]?.ok);
});
