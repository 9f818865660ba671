// SPDX-License-Identifier: MIT
import {Command, Option} from '@commander-js/extra-typings';
import test from 'ava';
import {answer} from '../../../src/cli/completion/answer.ts';

function program(): Command {
  const root = new Command('p2plab');
  root
    .command('run')
    .description('drive it')
    .argument('[scenario...]')
    .option('--kernel <name>', 'a kernel')
    .option('--jobs <n>', 'side by side')
    .option('--list', 'print them', false)
    .option('-o, --output <file>', 'where')
    .addOption(new Option('--format <format>', 'how').choices(['json', 'text']));
  const kernel = root.command('kernel').description('kernels');
  kernel.command('build').argument('[kernel...]');
  kernel.command('gc');
  root.command('compare').argument('<base>').argument('<patched>');
  root.command('mutants').argument('[mutant...]');
  root.command('hidden', {hidden: true});
  return root;
}

const kernel = {names: () => ['baseline', 'switch'], files: true};
const names = {
  options: {'--kernel': kernel, '--output': {names: () => [], files: true}},
  arguments: {
    kernel,
    base: kernel,
    scenario: {names: () => ['iommu/vtd', 'nic'], files: true},
    mutant: {names: () => ['no-check'], files: false},
  },
};

const completes = test.macro((t, line: string, values: readonly string[], files: boolean) => {
  const got = answer(program(), line.split(' '), names);
  t.deepEqual(
    got.values.map(({value}) => value),
    values,
  );
  t.is(got.files, files);
});

test('a command', completes, '', ['run', 'kernel', 'compare', 'mutants', 'help'], false);
test('the beginning of one', completes, 'ke', ['kernel'], false);
test('a command of a command', completes, 'kernel ', ['build', 'gc', 'help'], false);
test('its argument, more than once', completes, 'kernel build switch ', ['baseline', 'switch'], true);
test('an option', completes, 'run --k', ['--kernel'], false);
test(
  'every option',
  completes,
  'run nic -',
  ['--kernel', '--jobs', '--list', '--output', '--format', '--help'],
  false,
);
test("an option's name", completes, 'run --kernel s', ['switch'], true);
test('one behind a =, as fish and zsh have it', completes, 'run --kernel=s', ['--kernel=switch'], true);
test('one behind a =, as bash has it', completes, 'run --kernel = s', ['switch'], true);
test('nothing behind a = yet', completes, 'run --kernel =', ['baseline', 'switch'], true);
test("an option's choice", completes, 'run --format j', ['json'], false);
test('a path', completes, 'run --output ', [], true);
test('a path of the short form', completes, 'run -o ', [], true);
test('a number', completes, 'run --jobs ', [], false);
test('an argument behind an option with a value', completes, 'run --jobs 2 n', ['nic'], true);
test('an argument behind a flag', completes, 'run --list n', ['nic'], true);
test('an argument of another command', completes, 'mutants ', ['no-check'], false);
test('an argument behind --', completes, 'run -- ', ['iommu/vtd', 'nic'], true);
test('no option behind --', completes, 'run -- --k', [], true);
test('an argument of which nothing is known', completes, 'compare switch ', [], false);
test('one argument too many', completes, 'compare switch switch ', [], false);
test('no option of that name', completes, 'run --no-such=', [], false);
test('a command that is an argument', completes, 'run kernel b', [], true);
test('what it means', (t) => {
  t.deepEqual(answer(program(), ['ru'], names).values, [{value: 'run', description: 'drive it'}]);
});
