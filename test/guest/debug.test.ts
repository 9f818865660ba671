// SPDX-License-Identifier: MIT
import path from 'node:path';
import test from 'ava';
import {execa} from 'execa';
import {subsystems} from '../../src/base/debug.ts';

/** What traffic.ts writes to standard error, without the time stamps. */
async function traffic(list: string): Promise<readonly string[]> {
  const script = path.join(import.meta.dirname, 'traffic.ts');
  const {stderr} = await execa(process.execPath, [script], {env: {P2PLAB_DEBUG: list}});
  const lines = stderr.split('\n').filter((line) => line !== '');
  return lines.map((line) => line.replace(/^\d{4}-\d\d-\d\dT[\d:.]+Z /, ''));
}

test('P2PLAB_DEBUG=1 shows no traffic', async (t) => {
  t.deepEqual(await traffic('1'), []);
});

test('each subsystem shows its own traffic, requests and answers', async (t) => {
  const lines = await traffic('*');
  const expected = [
    'qmp: < {"QMP": {"version": {}, "capabilities": []}}',
    'qmp: > {"execute":"query-status","arguments":{},"id":2}',
    'qmp: < {"return": {"status": "running"}, "id": 2}',
    'ssh: > uname -s',
    'ssh: < uname -s: exit 0; Linux ',
    'ssh: > p2p copy --bytes 4096',
    'ssh: < exit 1; {"op":"map"} ',
    'build: |   CC a.o',
  ];
  for (const line of expected) t.true(lines.includes(line), `${line}\n${lines.join('\n')}`);
  t.regex(lines.join('\n'), /^build: > sh -c echo .* \(in \/.*\)$/m);
  t.regex(lines.join('\n'), /^build: < sh: exit 3 after \d+\.\d s$/m);
  for (const line of lines)
    t.true(
      subsystems.some((name) => line.startsWith(`${name}: `)),
      line,
    );
});

test('what is not named stays silent', async (t) => {
  const lines = await traffic('build');
  t.true(lines.length > 0);
  for (const line of lines) t.true(line.startsWith('build: '), line);
});
