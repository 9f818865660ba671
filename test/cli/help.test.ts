// SPDX-License-Identifier: MIT
// What `--help` prints, of every command: short, complete, and without a full stop.
import test from 'ava';
import type {CommandUnknownOpts} from '@commander-js/extra-typings';
import {programFor} from '../../src/cli/program.ts';

const longest = 80;

/** The texts of a command and of all commands below it, with where they stand. */
function textsOf(command: CommandUnknownOpts, path: string): readonly (readonly [string, string])[] {
  const name = `${path} ${command.name()}`.trim();
  const parts = [
    ...command.options
      .filter(({hidden}) => !hidden)
      .map(({long, description}) => [`${name} ${long ?? ''}`, description]),
    ...command.registeredArguments.map((argument) => [`${name} <${argument.name()}>`, argument.description]),
  ] as const satisfies readonly (readonly string[])[];
  return [
    [name, command.description()],
    ...parts.map(([place = '', text = '']) => [place, text] as const),
    ...command.commands.flatMap((each) => textsOf(each, name)),
  ];
}

test('every command, option and argument has a help line of at most 80 characters', async (t) => {
  const texts = textsOf(await programFor([], () => undefined), '').filter(
    ([place]) => !/ (answer|help)\b/.test(place),
  );
  t.true(texts.length > 100);
  t.deepEqual(
    texts.filter(([, text]) => text === '' || text.length > longest || /\.$|^[A-Z][a-z]/.test(text)),
    [],
  );
});
