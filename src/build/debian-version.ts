// SPDX-License-Identifier: MIT

/** The rank of a character in a Debian version: `~` before the end, the end before letters, then the rest. */
function rank(character: string | undefined): number {
  if (character === undefined) return 0;
  if (character === '~') return -1;
  const code = character.charCodeAt(0);
  return /[A-Za-z]/.test(character) ? code : code + 256;
}

function comparePart(a: string, b: string): number {
  const pieces = (text: string): RegExpMatchArray[] => [...text.matchAll(/(\D*)(\d*)/g)];
  const left = pieces(a);
  const right = pieces(b);
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const [, wordA = '', numberA = ''] = left[index] ?? [];
    const [, wordB = '', numberB = ''] = right[index] ?? [];
    for (let at = 0; at < Math.max(wordA.length, wordB.length); at++) {
      const difference = rank(wordA[at]) - rank(wordB[at]);
      if (difference !== 0) return difference;
    }
    const difference = BigInt(numberA || '0') - BigInt(numberB || '0');
    if (difference !== 0n) return difference < 0n ? -1 : 1;
  }
  return 0;
}

/**
 * Orders versions of Debian packages, oldest first (deb-version(7)): epoch, upstream version, revision.
 * @returns less than, equal to or greater than zero, for `sort`
 */
export function compareDebianVersions(a: string, b: string): number {
  const split = (version: string): readonly [string, string, string] => {
    const colon = version.indexOf(':');
    const rest = version.slice(colon + 1);
    const dash = rest.lastIndexOf('-');
    return [
      colon < 0 ? '0' : version.slice(0, colon),
      dash < 0 ? rest : rest.slice(0, dash),
      dash < 0 ? '0' : rest.slice(dash + 1),
    ];
  };
  const [epochA, upstreamA, revisionA] = split(a);
  const [epochB, upstreamB, revisionB] = split(b);
  return (
    comparePart(epochA, epochB) || comparePart(upstreamA, upstreamB) || comparePart(revisionA, revisionB)
  );
}
