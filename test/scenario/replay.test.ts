// SPDX-License-Identifier: MIT
import {spawnSync} from 'node:child_process';
import test from 'ava';
import {labRoot} from '../../src/base/paths.ts';
import {replayScript} from '../../src/scenario/replay.ts';
import {scenarioSchema} from '../../src/scenario/scenario-file.ts';
import {parseSpec} from '../../src/spec/yaml.ts';
import {loadTopology} from '../../src/topology/plan.ts';

function script(steps: readonly object[], modules: readonly string[] = []): string {
  const text = JSON.stringify({description: 'any', topology: 'nvme-switch', steps});
  return replayScript(
    parseSpec(text, 'any.yaml', scenarioSchema).value,
    loadTopology(labRoot, 'nvme-switch'),
    modules,
  );
}

test('the commands that the lab would run, in their order', (t) => {
  const lines = script([
    {load: {module: 'p2plab', parameters: {verbose: true}}},
    {copy: {from: 'src', through: 'cmb', to: 'dst', bytes: '64KiB', chunk: '32KiB'}},
  ]).split('\n');
  const commands = lines.filter((line) => /^(insmod|p2p) /.test(line));
  t.deepEqual(commands, [
    'insmod /lib/modules/p2plab.ko verbose=Y',
    'p2p copy --from 0000:03:00.0 --through 0000:05:00.0 --bytes 65536 --to 0000:04:00.0 --chunk 32768',
  ]);
});

test("a kernel's modules come first, and after them each driver that was there before", (t) => {
  const lines = script([{run: {command: ['true']}}], ['p2pdma_switch']).split('\n');
  const commands = lines.filter((line) => /^(insmod|p2p|true)/.test(line));
  t.deepEqual(commands, [
    'insmod /lib/modules/p2pdma_switch.ko',
    'p2p rebind 0000:03:00.0',
    'p2p rebind 0000:04:00.0',
    'p2p rebind 0000:05:00.0',
    'true',
  ]);
});

test('words reach the command as they are, and another status than the wanted one is told', (t) => {
  const words = ["it's", '$(touch /x)', 'a  b', '`id`', '', '\\n'];
  const text = script([
    {run: {command: ['printf', '<%s>', ...words]}},
    {run: {command: ['sh', '-c', 'exit 3'], exit: 3}},
    {run: {command: ['sh', '-c', 'exit 4'], exit: 3}},
  ]);
  const {stdout, stderr} = spawnSync('busybox', ['sh', '-c', text], {encoding: 'utf8'});
  t.is(stderr, '');
  t.true(stdout.includes(words.map((word) => `<${word}>`).join('')));
  t.deepEqual(stdout.match(/p2plab: .*/g), ['p2plab: exit status 4, not 3', 'p2plab: replayed']);
});
