// SPDX-License-Identifier: MIT
import {lastLine} from '../base/escape.ts';
import type {Check} from '../verdict/check.ts';
import type {GuestCommand} from './command.ts';
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
  const said = failed === undefined ? 'no call failed' : `${failed.op} failed with ${failed.errname ?? '?'}`;
  const [failure] = Object.entries(expectError ?? {});
  if (failure !== undefined) {
    const [op, error] = failure;
    const ok = failed?.op === op && failed.errname === error;
    const detail = ok ? `${said}, as it must.` : `${said}; ${op} had to fail with ${error ?? '?'}.`;
    return [{name: 'guest', ok, witness: 'guest', detail}];
  }
  if (failed !== undefined) return [{name: 'guest', ok: false, witness: 'guest', detail: `${said}.`}];
  if (wanted.length === 0) return [{name: 'guest', ok: true, witness: 'guest', detail: `${said}.`}];
  return wanted.map(({op, bytes}): Check => {
    const moved = facts.find((fact) => fact.op === op)?.bytes;
    const detail = `${op} returned ${moved ?? 'nothing'}${moved === bytes ? '' : `; it had to return ${bytes}`}.`;
    return {name: 'guest', ok: moved === bytes, witness: 'guest', detail};
  });
}

/** Whether something that was begun came to its end, and well. */
export function endChecks(result: GuestResults[number] | undefined, title: string): readonly Check[] {
  const failed = result?.facts.find(({ok}) => !ok);
  const ok = result?.code === 0;
  const where = failed?.where === undefined ? '' : ` in ${failed.where}`;
  const how =
    failed?.op === 'end' ? `did not end: it waits${where}` : `failed with ${failed?.errname ?? 'an error'}`;
  return [{name: 'end', ok, witness: 'guest', detail: `the ${title} ${ok ? 'ended' : how}.`}];
}

/** Whether each command ended with the exit status that it had to end with. */
export function exitChecks(commands: readonly GuestCommand[], results: GuestResults): readonly Check[] {
  return results.map(({command, code, stderr}, index): Check => {
    const exit = commands[index]?.exit ?? 0;
    const said = lastLine(stderr);
    const detail = `"${command.join(' ')}" ended with ${code}${code === exit ? '' : `, not ${exit}`}${said === '' ? '' : `: ${said}`}.`;
    return {name: 'command', ok: code === exit, witness: 'guest', detail};
  });
}
