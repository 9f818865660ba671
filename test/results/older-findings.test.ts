// SPDX-License-Identifier: MIT
import test from 'ava';
import {olderCause, olderCheckFinding} from '../../src/results/older-findings.ts';
import {checkSchema, recordSchema} from '../../src/results/record-schema.ts';

const check = {name: 'disk dst', ok: false, witness: 'host'};
const detail = 'the disk of dst differs in 512 bytes, the first at offset 4096.';
const finding = {code: 'disk-differs', subject: 'dst', parameters: {bytes: 512, offset: 4096}};

test('the finding of an older check is derived where its sentence is certain', (t) => {
  t.deepEqual(olderCheckFinding({...check, detail}), finding as never);
  t.deepEqual(olderCheckFinding({...check, detail: 'else.'}), {
    code: 'unknown',
    parameters: {text: 'else.'},
  });
  t.like(checkSchema.parse({...check, detail}), {name: 'disk', detail, finding});
});

test('so is the cause of an older verdict', (t) => {
  t.deepEqual(olderCause({verdict: 'fail', reason: `disk dst: ${detail}`}), {
    finding: finding as never,
    check: 'disk',
  });
  t.deepEqual(
    olderCause({verdict: 'crash', reason: 'oops: kernel BUG in f (a/b.c:12), in step 2 (reset cmb)'}).finding,
    {code: 'crash', parameters: {kind: 'oops', title: 'kernel BUG in f'}},
  );
  t.is(
    olderCause({verdict: 'error', reason: 'the machine is not the declared one: rp0 must have ACS'}).finding
      .code,
    'topology-differs',
  );
  t.is(olderCause({verdict: 'fail', reason: 'a story'}).finding.code, 'unknown');
});

test('a record of an older p2plab is read, with codes', (t) => {
  const step = {title: 'copy', verb: 'copy', verdict: 'fail', reason: `disk dst: ${detail}`, durationMs: 1};
  const record = recordSchema.parse({
    ...{scenario: 's', topology: 't', kernel: 'k', variant: 'plain', qemu: 'stock 10.0.2', durationMs: 1},
    ...{verdict: 'fail', reason: `disk dst: ${detail}`},
    steps: [{...step, ledger: [], checks: [{...check, detail}]}],
  });
  t.like(record, {check: 'disk', finding});
  t.like(record.steps[0], {check: 'disk', finding});
  t.like(record.steps[0]?.checks[0], {name: 'disk', finding});
});
