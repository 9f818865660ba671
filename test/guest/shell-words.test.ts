// SPDX-License-Identifier: MIT
import {spawnSync} from 'node:child_process';
import {fc, testProp} from '@fast-check/ava';
import test from 'ava';
import {shellWords} from '../../src/guest/shell-words.ts';

/** The words that a shell makes of a line. */
function readByShell(line: string, shell: readonly string[]): readonly string[] {
  const [command = '', ...args] = shell;
  const {stdout} = spawnSync(command, [...args, '-c', `printf '%s\\0' ${line}`], {encoding: 'utf8'});
  return stdout.split('\0').slice(0, -1);
}

// No word of a command line can hold a zero byte.
const word = fc.string({unit: 'grapheme'}).filter((text) => !text.includes('\0') && text.isWellFormed());
const nasty = fc.stringMatching(/^[ '"$`\\!*?~#&|;<>(){}[\]\n\t=-]{0,12}$/);

for (const shell of [['sh'], ['busybox', 'sh']]) {
  testProp(
    `what is quoted is never interpreted by ${shell.join(' ')}`,
    [fc.array(fc.oneof(word, nasty), {minLength: 1, maxLength: 8})],
    (t, words) => {
      t.deepEqual(readByShell(shellWords(words), shell), words);
    },
  );
}

test('plain words stay as a person would type them', (t) => {
  t.is(
    shellWords(['p2p', 'copy', '--from', '0000:03:00.0', '/lib/x.ko']),
    'p2p copy --from 0000:03:00.0 /lib/x.ko',
  );
  t.is(shellWords(['', "it's"]), `'' 'it'\\''s'`);
});
