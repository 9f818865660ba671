// SPDX-License-Identifier: MIT

/** A reason or a detail is one line for a person: more than this of it nobody reads, and no database should hold. */
const longestReason = 2000;

/**
 * Escapes what a terminal or an editor would act on instead of showing it: control characters but tabs and
 * line ends, and characters that change the direction of text. What a guest or a file name contains must
 * not move a cursor.
 */
export function escapeControls(text: string): string {
  return text.replaceAll(/[^\P{Cc}\t\n]|\p{Cf}|\p{Zl}|\p{Zp}/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code <= 0xff ? `\\x${hex(code, 2)}` : `\\u{${hex(code, 4)}}`;
  });
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}

/** The same for a single line: line ends become spaces. */
export function oneLine(text: string): string {
  return escapeControls(text.replaceAll(/\s*[\r\n]+\s*/g, ' '));
}

/** Cuts a text that is too long, and says how long it was. */
export function bounded(text: string, limit: number = longestReason): string {
  if (text.length <= limit) return text;
  // Half of a surrogate pair would not be text any more.
  const kept = text.slice(0, limit).replace(/[\ud800-\udbff]$/, '');
  return `${kept}… (cut: ${text.length} characters in all)`;
}

/** The beginning of what somebody wrote who is not trusted, quoted, for a message. */
export function excerptOf(text: string, limit = 80): string {
  const begin = text.slice(0, limit);
  return `${JSON.stringify(escapeControls(begin)).replaceAll(String.raw`\\`, '\\')}${text.length > limit ? '…' : ''}`;
}

/** The last line of what a command wrote, where it says why it failed; cut. */
export function lastLine(text: string): string {
  return bounded(
    text
      .slice(-longestReason - 1)
      .trim()
      .split('\n')
      .at(-1) ?? '',
    500,
  );
}
