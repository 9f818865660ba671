// SPDX-License-Identifier: MIT
import test from 'ava';
import {guestChecks} from '../../src/steps/account.ts';

const transfer = {initiator: 'src', direction: 'write', target: 'cmb', bytes: 4096, api: 'sg'} as const;
const peer = {outcome: 'peer', transfers: [transfer], refused: [], why: ''} as const;
const refused = {outcome: 'refused', transfers: [], refused: [transfer], why: ''} as const;

const ok = {op: 'read', ok: true} as const;
const remote = {op: 'read', ok: false, errname: 'EREMOTEIO'} as const;

test('a failure that nobody expected is one; success is no proof by the host', (t) => {
  t.like(guestChecks(peer, [ok], [])[0], {ok: true, witness: 'guest'});
  t.like(guestChecks(peer, [ok, remote], [])[0], {ok: false, witness: 'guest'});
});

test('a refusal has to be that of the right operation, with the right words', (t) => {
  t.true(guestChecks(refused, [remote], [])[0]?.ok);
  t.false(guestChecks(refused, [ok], [])[0]?.ok);
  t.false(guestChecks(refused, [{...remote, errname: 'EIO'}], [])[0]?.ok);
  t.false(guestChecks(refused, [{...remote, op: 'write'}], [])[0]?.ok);
  t.false(guestChecks(refused, [], [])[0]?.ok);
  const sending = {...refused, refused: [{...transfer, direction: 'read' as const}]};
  t.true(guestChecks(sending, [ok, {...remote, op: 'write'}], [])[0]?.ok);
});

test('memory that nobody gives away cannot be mapped, and nothing else may fail', (t) => {
  const absent = {...refused, absent: 'cmb'} as const;
  const unmapped = {op: 'map', ok: false, errname: 'ENOENT'} as const;
  t.true(guestChecks(absent, [unmapped], [])[0]?.ok);
  t.false(guestChecks(absent, [{...unmapped, errname: 'ENOMEM'}], [])[0]?.ok);
  t.false(guestChecks(absent, [remote], [])[0]?.ok);
  t.false(guestChecks(absent, [ok], [])[0]?.ok);
});

test('a kernel that has another word for it', (t) => {
  t.true(guestChecks(refused, [{...remote, errname: 'EINVAL'}], ['remote-error'])[0]?.ok);
  t.false(guestChecks(refused, [remote], ['remote-error'])[0]?.ok);
});

test('a NIC drops what it cannot map without a word: the ledger has to tell', (t) => {
  t.deepEqual(
    guestChecks(refused, [{op: 'transmit', ok: true}], [], {op: 'transmit', reported: 'never'}),
    [],
  );
});
