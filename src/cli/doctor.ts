// SPDX-License-Identifier: MIT
import {styleText} from 'node:util';
import type {Command} from '@commander-js/extra-typings';
import type {Finding} from '../runner/doctor/finding.ts';
import {shared} from './options.ts';
import {shown} from './shown.ts';

const colours = {ok: 'green', note: 'yellow', missing: 'red'} as const satisfies Record<
  Finding['state'],
  string
>;

/** `p2plab doctor`. */
export function addDoctor(program: Command, finish: (exitCode: number) => void): void {
  program
    .command('doctor')
    .description('check this host for everything p2plab needs')
    .addOption(shared.qemu())
    .addOption(shared.database())
    .action(async (options) => {
      const {examine} = await import('../runner/doctor/examine.ts');
      const findings = await shown((context) => examine(options, context));
      process.stdout.write(`${findings.map(describe).join('\n')}\n\n${conclusion(findings)}\n`);
      finish(findings.some(({state}) => state === 'missing') ? 3 : 0);
    });
}

function describe({name, state, detail, cost, mend}: Finding): string {
  const word = styleText(colours[state], state.padEnd(4));
  const further = [cost, mend === undefined ? undefined : `mend it: ${mend}`].filter(
    (text) => text !== undefined,
  );
  return [`${word}  ${name.padEnd(13)} ${detail}`, ...further.map((text) => `      ${text}`)].join('\n');
}

function conclusion(findings: readonly Finding[]): string {
  const missing = findings.filter(({state}) => state === 'missing').length;
  if (missing === 0) return 'All that is needed is there.';
  return `${missing} ${missing === 1 ? 'thing is' : 'things are'} missing: p2plab cannot run here yet.`;
}
