// SPDX-License-Identifier: MIT
import type {Command, CommandUnknownOpts} from '@commander-js/extra-typings';
import {answer} from './completion/answer.ts';
import {namesOfLab} from '../runner/known-names.ts';
import {script, shells} from './completion/scripts.ts';

/** `p2plab completion`. `programFor` makes the program with the command that some words call. */
export function addCompletion(
  program: Command,
  programFor: (words: readonly string[]) => Promise<CommandUnknownOpts>,
): void {
  const completion = program
    .command('completion')
    .description('print what makes a shell complete commands, options and the names of the lab')
    .addHelpText('after', help);
  for (const shell of shells) {
    completion
      .command(shell)
      .description(`for ${shell}`)
      .action(() => {
        process.stdout.write(script(shell));
      });
  }
  // What the scripts call.
  completion
    .command('answer', {hidden: true})
    .argument('[word...]', 'the words of the line up to the one that is completed')
    .action(async (words) => {
      const {values, files} = answer(await programFor(words), words, await namesOfLab());
      const lines = values.map(({value, description}) =>
        description === '' ? value : `${value}\t${description}`,
      );
      process.stdout.write([...lines, files ? ':files' : ':none', ''].join('\n'));
    });
}

const help = `
The shell's own file must hold:
  ~/.bashrc                    eval "$(p2plab completion bash)"
  ~/.zshrc, after compinit     eval "$(p2plab completion zsh)"
  ~/.config/fish/config.fish   p2plab completion fish | source`;
