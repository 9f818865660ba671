// SPDX-License-Identifier: MIT
import {formatBytes} from '../../base/bytes.ts';
import type {guestFindings} from '../findings/guest.ts';
import {after, inFunction, type Sentences, unless} from './words.ts';

export const guestSentences: Sentences<keyof typeof guestFindings> = {
  'guest-success': () => 'the guest reported success',
  'guest-failed': ({op, errname, contradiction}) =>
    `${failed(op, errname)} in the guest; expected success${unless(contradiction)}`,
  'guest-refused': ({op, errname}) => `${failed(op, errname)} in the guest, as expected`,
  'guest-refusal-differs': ({op, errname, expected, contradiction}) => {
    const observed = op === undefined ? 'the guest reported success' : `${failed(op, errname)} in the guest`;
    return `${observed}; expected ${expected.op} to fail with ${expected.errnames.join(' or ')}${unless(contradiction)}`;
  },
  'frames-not-dropped': ({op, errname}) =>
    `${failed(op, errname)} in the guest; expected the NIC driver to drop the frames`,
  'calls-succeeded': () => 'all calls succeeded',
  'call-failed': ({op, errname}) => `${failed(op, errname)}; expected success`,
  'call-error-correct': ({op, errname}) => `${failed(op, errname)}, as expected`,
  'call-error-differs': ({op, errname, expected}) =>
    `${op === undefined ? 'no call failed' : failed(op, errname)}; expected ${expected.op} to fail with ${expected.errname}`,
  'call-returned': ({op, bytes}) => `${op} returned ${formatBytes(bytes)}`,
  'call-short': ({op, bytes, expected}) =>
    `${op} returned ${bytes === undefined ? 'nothing' : formatBytes(bytes)}; expected ${formatBytes(expected)}`,
  'caller-refused': ({errname}, call) => `${failed(call, errname)}, as expected`,
  'caller-not-run': ({expected}, call) => `${call} did not run; expected ${expected}`,
  'caller-got-bytes': ({bytes, expected}, call) =>
    `${call} accessed ${formatBytes(bytes)}; expected ${expected}`,
  'caller-wrong-error': ({errname, expected}, call) => `${failed(call, errname)}; expected ${expected}`,
  'command-exit': ({exit, stderr}, command) => `"${command}" exited with status ${exit}${after(stderr)}`,
  'command-exit-differs': ({exit, expected, stderr}, command) =>
    `"${command}" exited with status ${exit}, expected ${expected}${after(stderr)}`,
  'removal-ended': (_, removal) => `the ${removal} completed`,
  'removal-blocked': ({where}, removal) =>
    `the ${removal} did not complete: it is blocked${inFunction(where)}`,
  'removal-failed': ({errname}, removal) => failed(`the ${removal}`, errname),
  'removal-waited': ({where}, removal) => `the ${removal} waited${inFunction(where)} for the memory in use`,
  'removal-did-not-wait': (_, removal) => `the ${removal} did not wait for the memory in use`,
  'read-in-flight': ({removal}, drive) => `${drive} had the read in flight when the ${removal} began`,
  'read-not-in-flight': ({removal}, drive) => `${drive} had rejected the read before the ${removal} began`,
  'command-traced': (_, drive) => `QEMU's trace shows a command for the namespace of ${drive}`,
  'command-untraced': (_, drive) => `QEMU's trace shows no command for the namespace of ${drive}`,
  'driver-unbound': ({bdf}, device) => `no driver is bound to ${device} (${bdf})`,
  'slot-empty': ({devices}) => `QEMU has removed ${devices.join(', ')}`,
  'slot-occupied': ({devices}) => `QEMU has ${devices.join(', ')}`,
  'slot-partly-occupied': ({devices, expected}) => `QEMU has ${devices.join(', ')} of ${expected.join(', ')}`,
  'tree-matches': () => 'QEMU and the guest have the declared topology',
  'tree-differs': ({difference}) => difference,
  'prototype-matches': ({mapped}, module) =>
    `${module} mapped ${formatBytes(mapped)} for peers, as the ledger shows`,
  'prototype-differs': ({mapped, moved}, module) =>
    `${module} mapped ${formatBytes(mapped)} for peers, but the ledger shows ${formatBytes(moved)}`,
  'nothing-to-check': () => 'there was nothing to check',
};

function failed(op: string, errname: string | undefined): string {
  return `${op} failed${errname === undefined ? '' : ` with ${errname}`}`;
}
