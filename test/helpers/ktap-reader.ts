// SPDX-License-Identifier: MIT
import {directives, type KtapTest} from '../../src/results/export/ktap-document.ts';

/** What a KTAP document says. */
export interface Ktap {
  readonly tests: readonly KtapTest[];
  /** What makes it no whole document: a plan that was not kept, an end in the middle. */
  readonly problems: readonly string[];
}

/**
 * Reads KTAP version 1: also several documents in one text, and any other lines in between, which the format
 * allows. A line counts as deep as it is indented.
 */
export function readKtap(text: string): Ktap {
  const reader = new Reader();
  for (const line of text.split('\n')) reader.take(line.replace(/\r$/, ''));
  return reader.end();
}

/** As readKtap, of a kernel's log, where each line has a time in front: KUnit writes there. */
export function readKtapOfLog(dmesg: string): Ktap {
  return readKtap(dmesg.replaceAll(/^(?:<\d+>)?\[ *\d+\.\d+\](?:\[ *[TC]\d+\])? /gm, ''));
}

/** The tests that went wrong, the innermost, each with the names of those around it. */
export function failures(tests: readonly KtapTest[], around: readonly string[] = []): readonly string[] {
  return tests.flatMap((test) => {
    const path = [...around, test.name];
    const inner = failures(test.subtests, path);
    if (inner.length > 0) return inner;
    return isFine(test) ? [] : [path.join(' > ')];
  });
}

/** Whether a result is none to worry about: what fails where it is known to is not. */
export function isFine({ok, directive}: Pick<KtapTest, 'ok' | 'directive'>): boolean {
  if (directive === 'TIMEOUT' || directive === 'ERROR') return false;
  return ok || directive === 'TODO' || directive === 'XFAIL' || directive === 'SKIP';
}

/** The results at one depth, from a version line to the result that they belong to. */
interface Level {
  readonly indent: number;
  readonly tests: KtapTest[];
  planned: number | undefined;
  diagnosis: string[];
}

class Reader {
  /** The outermost first. */
  readonly #open: Level[] = [];
  readonly #done: KtapTest[] = [];
  readonly #problems: string[] = [];

  take(line: string): void {
    const indent = line.length - line.trimStart().length;
    const text = line.slice(indent);
    if (/^KTAP version 1\b/.test(text)) {
      this.#begin(indent);
      return;
    }
    const level = this.#open.find((open) => open.indent === indent);
    if (level === undefined) return;
    const plan = /^1\.\.(\d+)/.exec(text);
    if (plan !== null) {
      level.planned = Number(plan[1]);
      return;
    }
    if (text.startsWith('#')) {
      level.diagnosis.push(text.slice(1).trim());
      return;
    }
    const result = /^(ok|not ok) (\d+)(?: -)?(?: (.*))?$/.exec(text);
    if (result !== null) this.#result(level, result);
  }

  end(): Ktap {
    const outermost = this.#open[0];
    const unfinished = this.#open.length > 1;
    if (unfinished) this.#problems.push('it ends in the middle of a test with subtests');
    if (outermost !== undefined) this.#done.push(...this.#close(outermost));
    return {tests: this.#done, problems: this.#problems};
  }

  #begin(indent: number): void {
    // Another document: of the one before all is said.
    if (this.#open[0]?.indent === indent) this.#done.push(...this.#close(this.#open[0]));
    const deeper = this.#open.findIndex((open) => open.indent >= indent);
    if (deeper !== -1) this.#open.splice(deeper);
    this.#open.push({indent, tests: [], planned: undefined, diagnosis: []});
  }

  #result(level: Level, [, word, number, rest = '']: RegExpExecArray): void {
    const at = this.#open.indexOf(level);
    const [inner, ...lost] = this.#open.splice(at + 1);
    if (lost.length > 0) this.#problems.push('it leaves a test with subtests in the middle');
    if (Number(number) !== level.tests.length + 1) {
      this.#problems.push(`result ${level.tests.length + 1} has the number ${number ?? ''}`);
    }
    const {name, directive, reason} = described(rest);
    level.tests.push({
      name,
      ok: word === 'ok',
      ...(directive !== undefined && {directive}),
      ...(reason !== undefined && {reason}),
      diagnosis: level.diagnosis,
      subtests: inner === undefined ? [] : this.#close(inner),
    });
    level.diagnosis = [];
  }

  #close({tests, planned}: Level): readonly KtapTest[] {
    if (planned !== undefined && planned !== tests.length) {
      this.#problems.push(`${planned} results were planned, ${tests.length} are there`);
    }
    return tests;
  }
}

/** `NAME # DIRECTIVE reason`; what stands behind a directive that nobody knows is data. */
function described(rest: string): Pick<KtapTest, 'name' | 'directive' | 'reason'> {
  const [, name = '', data = ''] = /^([^#]*)(?:#(.*))?$/.exec(rest) ?? [];
  const text = data.trim();
  const directive = directives.find((known) => new RegExp(`^${known}\\b`).test(text));
  const reason = directive === undefined ? text : text.slice(directive.length).replace(/^:?\s*/, '');
  return {
    name: name.trim(),
    ...(directive !== undefined && {directive}),
    ...(reason !== '' && {reason}),
  };
}
