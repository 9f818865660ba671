// SPDX-License-Identifier: MIT
import './temporary-state.ts';
import {mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {labRoot} from '../../src/base/paths.ts';
import {runGroup} from '../../src/base/process.ts';
import {qemu} from './lab.ts';
import {temporary} from './temporary-state.ts';

const program = `
import {runScenarios, UsageError} from 'p2plab';

const seen = [];
const reporter = {prepared: () => seen.push('prepared'), result: ({verdict}) => seen.push(verdict)};
const [result] = await runScenarios({
  scenarios: ['nvme-copy-same-switch'], qemu: ${JSON.stringify(qemu)}, record: false, reporter,
});
const {scenario, verdict} = result;
const error = await runScenarios({scenarios: ['no-such-scenario']}).catch((thrown) => thrown);
console.log(JSON.stringify({scenario, verdict, seen, refused: error instanceof UsageError}));
`;

test('a program outside the clone runs a scenario', async (t) => {
  t.timeout(1_800_000, 'building the kernel');
  const project = path.join(temporary, 'project');
  mkdirSync(path.join(project, 'node_modules'), {recursive: true});
  // As `npm install /path/to/p2plab` does it.
  symlinkSync(labRoot, path.join(project, 'node_modules/p2plab'));
  writeFileSync(path.join(project, 'program.mjs'), program);
  const {exitCode, stdout, stderr} = await runGroup(process.execPath, ['program.mjs'], {cwd: project});
  t.is(exitCode, 0, stderr);
  t.deepEqual(JSON.parse(stdout), {
    ...{scenario: 'nvme-copy-same-switch', verdict: 'pass'},
    ...{seen: ['prepared', 'pass'], refused: true},
  });
});
