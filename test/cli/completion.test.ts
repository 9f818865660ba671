// SPDX-License-Identifier: MIT
import {existsSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {$} from 'zx';
import {labRoot} from '../../src/base/paths.ts';
import {folder, p2plab} from './p2plab.ts';

const quiet = $({quiet: true, cwd: labRoot});

/** Has each shell complete the line in the lab's folder; returns the words it offers. */
const shells = {
  async bash(line: string): Promise<readonly string[]> {
    // As readline does it: words end at a `=`, too.
    const words = line.split(/ |(?==)|(?<==)/);
    const offer = String.raw`eval "$(./p2plab completion bash)"
      COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
      _p2plab "$1"; printf '%s\n' "${'$'}{COMPREPLY[@]}"`;
    return lines(await quiet`bash -c ${offer} bash ${words}`.text());
  },
  async zsh(line: string): Promise<readonly string[]> {
    const words = line.split(' ');
    // What puts words on a screen stands for itself: there is no line editor.
    const offer = String.raw`
      compdef() {}; compset() {}
      _describe() { print -rl -- "${'$'}{(@P)4}" }
      _files() { print FILES }
      eval "$(./p2plab completion zsh)"
      words=("$@") CURRENT=$#
      _p2plab`;
    return lines(await quiet`zsh -f -c ${offer} zsh ${words}`.text());
  },
  async fish(line: string): Promise<readonly string[]> {
    const offer = './p2plab completion fish | source; complete -C $argv[1]';
    return lines(await quiet`fish --no-config -c ${offer} ${line}`.text());
  },
};

function lines(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}

test('bash', async (t) => {
  t.deepEqual(await shells.bash('./p2plab run --kernel sw'), ['switch']);
  t.deepEqual(await shells.bash('./p2plab run --kernel=sw'), ['switch']);
  t.deepEqual(await shells.bash('./p2plab comp'), ['compare', 'completion']);
});

test('what is typed is never evaluated', async (t) => {
  const target = path.join(folder, 'evaluated');
  for (const complete of Object.values(shells)) await complete(`./p2plab run $(>${target}) `);
  t.false(existsSync(target));
});

test('zsh', async (t) => {
  t.deepEqual(await shells.zsh('./p2plab run --kernel sw'), ['switch']);
  t.deepEqual(await shells.zsh('./p2plab run --kernel=sw'), ['--kernel=switch']);
  const [compare, completion, ...rest] = await shells.zsh('./p2plab comp');
  t.regex(compare ?? '', /^compare:run the same on two kernels\\: /);
  t.regex(completion ?? '', /^completion:/);
  t.deepEqual(rest, []);
  t.deepEqual(await shells.zsh('./p2plab run --series ima'), ['FILES']);
  t.deepEqual(await shells.zsh('./p2plab run --jobs '), []);
});

test('fish', async (t) => {
  t.deepEqual(await shells.fish('./p2plab run --kernel sw'), ['switch']);
  t.deepEqual(await shells.fish('./p2plab run --kernel=sw'), ['--kernel=switch']);
  const [compare, completion, ...rest] = await shells.fish('./p2plab comp');
  t.regex(compare ?? '', /^compare\trun the same/);
  t.regex(completion ?? '', /^completion\t/);
  t.deepEqual(rest, []);
  t.deepEqual(await shells.fish('./p2plab run --series lab/pat'), ['lab/patches/']);
  t.deepEqual(await shells.fish('./p2plab run --series=lab/pat'), ['--series=lab/patches/']);
  t.deepEqual(await shells.fish('./p2plab run --jobs '), []);
});

test('a shell that there is no script for', async (t) => {
  const {exitCode, stderr} = await p2plab(['completion', 'tcsh']);
  t.is(exitCode, 2);
  t.regex(stderr, /tcsh/);
});
