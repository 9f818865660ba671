// SPDX-License-Identifier: MIT
import type {ScenarioSpec} from './scenario-file.ts';
import {shellWords} from '../guest/shell-words.ts';
import type {Topology} from '../topology/model.ts';
import {modulesBefore, prologue} from '../steps/prologue.ts';
import {guestCommands} from '../steps/bound.ts';

/**
 * The script by which a guest repeats a scenario by itself, without the lab: what the lab would run over ssh.
 * @param modules those of the kernel, which are loaded first
 */
export function replayScript(scenario: ScenarioSpec, topology: Topology, modules: readonly string[]): string {
  const commands = [
    ...prologue(modulesBefore(modules, scenario), topology),
    ...scenario.steps.flatMap((step) => guestCommands(step, topology)),
  ];
  const lines = commands.map(({words, exit}) => {
    const line = shellWords(words);
    return `echo '+ '${shellWords([line])}\n${line}\nstatus=$?; [ $status = ${exit} ] || echo "p2plab: exit status $status, not ${exit}"`;
  });
  return `#!/bin/sh\n${lines.join('\n')}\necho 'p2plab: replayed'\n`;
}
