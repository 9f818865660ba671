// SPDX-License-Identifier: MIT

/** The messages of a log: without `[    1.234567]` and what a level, a caller or a CPU puts around it. */
export function messagesOf(log: string): readonly string[] {
  return log.split(/\r?\n/).map((line) =>
    line
      .replace(/^<\d+>/, '')
      .replace(/^\[\s*\d+\.\d+\]\s?(\[\s*[TC]\d+\]\s)?/, '')
      .trimEnd(),
  );
}
