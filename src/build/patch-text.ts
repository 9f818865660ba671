// SPDX-License-Identifier: MIT

/** Whether a text may hold a patch, plain or in one of the ways in which mails are encoded. */
export function mayHoldPatch(text: string): boolean {
  return (
    /^(diff --git |--- |Index: )/m.test(text) ||
    /^Content-(Transfer-Encoding:\s*(base64|quoted-printable)|Type:\s*multipart\/)/im.test(text)
  );
}

/**
 * Whether a text is a mail, as git decides it (is_mail() in builtin/am.c): all lines to the first empty one are
 * headers. Else it is a patch as quilt or diff write it.
 */
export function isMail(text: string): boolean {
  const lines = text.replace(/^(\s*\n)+/, '').split(/\r?\n/);
  if (/^From:? /.test(lines[0] ?? '')) return true;
  for (const line of lines) {
    if (line === '') return true;
    if (!/^[ \t]/.test(line) && !/^[!-9;-~]+:/.test(line)) return false;
  }
  return false;
}

/** The subject of a mail that says it is a patch, and not what is said about some: not a cover letter (0/N), no answer. */
export function claimsPatch(subject: string): boolean {
  const [, brackets = ''] = /^\s*((\[[^\]]*\]\s*)+)/.exec(subject) ?? [];
  if (!/PATCH/i.test(brackets)) return false;
  const number = /(-?\d+)\/\d+/.exec(brackets)?.[1];
  return number === undefined || Number(number) > 0;
}

/** Whether a mail of this subject comes before a series: `[PATCH 0/N]`. */
export function isCoverLetter(subject: string): boolean {
  return /^\s*\[[^\]]*\b0+\/\d+\]/.test(subject);
}

/** The subject of a text, unfolded. */
export function subjectIn(text: string): string | undefined {
  const [head = ''] = text.split(/\r?\n\r?\n/, 1);
  return /^Subject: *(.*(?:\r?\n[ \t].*)*)/im
    .exec(head)?.[1]
    ?.replaceAll(/\r?\n[ \t]+/g, ' ')
    .trim();
}

/** The subject of a text without a patch, if it says that it is one. */
export function numberedWithoutPatch(text: string): string | undefined {
  const subject = subjectIn(text);
  return subject !== undefined && claimsPatch(subject) ? subject : undefined;
}
