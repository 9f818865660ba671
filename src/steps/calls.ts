// SPDX-License-Identifier: MIT
import {lastLine} from '../base/escape.ts';
import {check, type Check} from '../verdict/check.ts';
import type {GuestCommand} from './guest-command.ts';
import type {Fact} from './guest-facts.ts';
import type {GuestResults} from './observed.ts';

/** A call that must have moved this many bytes. */
interface WantedCall {
  readonly op: string;
  readonly bytes: number;
}

/**
 * Whether a process' calls ended as they must: each with the bytes that were asked of it, up to the one that
 * must fail.
 * @param expectError that call and its error
 */
export function callChecks(
  results: GuestResults,
  wanted: readonly WantedCall[],
  expectError: Readonly<Record<string, string | undefined>> | undefined,
): readonly Check[] {
  const facts = results.flatMap((result) => result.facts);
  const failed = facts.find(({ok}) => !ok);
  const [failure] = Object.entries(expectError ?? {});
  if (failure !== undefined) {
    const [op, errname = '?'] = failure;
    const ok = failed?.op === op && failed.errname === errname;
    return [
      check(
        'guest',
        ok,
        'guest',
        ok
          ? {code: 'call-error-correct', parameters: {op, errname}}
          : {code: 'call-error-differs', parameters: {...failureOf(failed), expected: {op, errname}}},
      ),
    ];
  }
  if (failed !== undefined) {
    const {op} = failed;
    return [check('guest', false, 'guest', {code: 'call-failed', parameters: {...failureOf(failed), op}})];
  }
  if (wanted.length === 0) return [check('guest', true, 'guest', {code: 'calls-succeeded', parameters: {}})];
  return wanted.map(({op, bytes}): Check => {
    const moved = facts.find((fact) => fact.op === op)?.bytes;
    return check(
      'guest',
      moved === bytes,
      'guest',
      moved === bytes
        ? {code: 'call-returned', parameters: {op, bytes}}
        : {
            code: 'call-short',
            parameters: {op, ...(moved !== undefined && {bytes: moved}), expected: bytes},
          },
    );
  });
}

/** Which call failed, and with which error, as parameters of a finding. */
export function failureOf(failed: Pick<Fact, 'op' | 'errname'> | undefined): {
  readonly op?: string;
  readonly errname?: string;
} {
  return {
    ...(failed !== undefined && {op: failed.op}),
    ...(failed?.errname !== undefined && {errname: failed.errname}),
  };
}

/** Whether something that was begun came to its end, and well. */
export function endChecks(result: GuestResults[number] | undefined, title: string): readonly Check[] {
  const failed = result?.facts.find(({ok}) => !ok);
  const ok = result?.code === 0;
  if (ok) return [check('end', true, 'guest', {code: 'removal-ended', subject: title, parameters: {}})];
  const {where, errname} = failed ?? {};
  return [
    check(
      'end',
      false,
      'guest',
      failed?.op === 'end'
        ? {code: 'removal-blocked', subject: title, parameters: where === undefined ? {} : {where}}
        : {code: 'removal-failed', subject: title, parameters: errname === undefined ? {} : {errname}},
    ),
  ];
}

/** Whether each command ended with the exit status that it had to end with. */
export function exitChecks(commands: readonly GuestCommand[], results: GuestResults): readonly Check[] {
  return results.map(({command, code: exit, stderr}, index): Check => {
    const expected = commands[index]?.exit ?? 0;
    const said = lastLine(stderr);
    const subject = command.join(' ');
    const seen = {exit, ...(said !== '' && {stderr: said})};
    return check(
      'command',
      exit === expected,
      'guest',
      exit === expected
        ? {code: 'command-exit', subject, parameters: seen}
        : {code: 'command-exit-differs', subject, parameters: {...seen, expected}},
    );
  });
}
