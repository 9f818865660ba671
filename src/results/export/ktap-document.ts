// SPDX-License-Identifier: MIT

/** Words after `#` that change what a result means: Documentation/dev-tools/ktap.rst. */
export const directives = ['SKIP', 'TODO', 'XFAIL', 'TIMEOUT', 'ERROR'] as const;

export type Directive = (typeof directives)[number];

/** One result, with those it is made of. */
export interface KtapTest {
  readonly name: string;
  readonly ok: boolean;
  readonly directive?: Directive;
  /** What stands behind the `#`, less the directive. */
  readonly reason?: string;
  /** Lines of diagnosis that came before it, without their `#`. */
  readonly diagnosis: readonly string[];
  readonly subtests: readonly KtapTest[];
}

/**
 * Writes tests as a document of KTAP version 1, a line for each thing: no text of theirs can be another.
 * @param named whether subtests begin with the name of their test
 */
export function formatKtap(tests: readonly KtapTest[], {named = false} = {}): string {
  return `${linesOf(tests, named).join('\n')}\n`;
}

/** The lines of a document; `heading` is the name of the test that it belongs to. */
function linesOf(tests: readonly KtapTest[], named: boolean, heading?: string): readonly string[] {
  return [
    'KTAP version 1',
    ...(heading === undefined ? [] : [`# Subtest: ${heading}`]),
    `1..${tests.length}`,
    ...tests.flatMap(({name, ok, directive, reason, diagnosis, subtests}, index) => {
      const data = [directive, reason].filter((word) => word !== undefined).join(' ');
      const called = oneLine(name).replaceAll('#', '_');
      // A parser takes a plan of no tests for a broken one.
      const inner = subtests.length === 0 ? [] : linesOf(subtests, named, named ? called : undefined);
      return [
        ...inner.map((line) => `  ${line}`),
        ...diagnosis.map((line) => `# ${oneLine(line)}`),
        `${ok ? 'ok' : 'not ok'} ${index + 1} ${called}${data === '' ? '' : ` # ${oneLine(data)}`}`,
      ];
    }),
  ];
}

/** A guest's words may be in it. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u{2028}\u{2029}]+/gu, ' ').trim();
}
