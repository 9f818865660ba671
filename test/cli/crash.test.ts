// SPDX-License-Identifier: MIT
// When p2plab itself fails: 3, under --bisect 125, a line that says why, and no stack on the terminal.
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import {labRoot} from '../../src/base/paths.ts';
import {folder} from './p2plab.ts';

const launcher = path.join(labRoot, 'p2plab');

/** Runs a line of shell with $P2PLAB, and a state folder of its own. */
async function shell(line: string, env: Readonly<Record<string, string>> = {}, program = launcher) {
  const state = mkdtempSync(path.join(folder, 'state-'));
  chmodSync(state, 0o777);
  const {exitCode, stderr} = await execa('bash', ['-c', line], {
    reject: false,
    cwd: labRoot,
    stdin: 'ignore',
    env: {NO_COLOR: '1', XDG_STATE_HOME: state, P2PLAB: program, ...env},
  });
  return {exitCode, stderr, state};
}

test.beforeEach((t) => {
  t.timeout(1_800_000, 'processes, on a loaded host');
});

function isExplained(t: ExecutionContext, stderr: string, words: RegExp): void {
  t.regex(stderr, words);
  t.regex(stderr, /^p2plab: /m);
  t.false(/^\s+at /m.test(stderr), stderr);
}

/** Ways to break p2plab: a line of shell, and what it must say. */
const ways: readonly (readonly [
  name: string,
  line: (args: string) => string,
  says: RegExp,
  env?: Readonly<Record<string, string>>,
])[] = [
  [
    'standard output on a full disk',
    (args) => `"$P2PLAB" ${args} >/dev/full`,
    /cannot write to standard output: ENOSPC/,
  ],
  [
    'a user without a home',
    (args) => `env -u HOME -u XDG_STATE_HOME setpriv --reuid 4242 --clear-groups "$P2PLAB" ${args}`,
    /HOME is not set, and this user has no passwd entry/,
  ],
  [
    'a working directory that is gone',
    (args) => `d=$(mktemp -d) && cd "$d" && rmdir "$d" && "$P2PLAB" ${args}`,
    /the working directory no longer exists/,
  ],
  [
    'an error that nobody catches',
    (args) => `"$P2PLAB" ${args}`,
    /internal error: thrown in between\n +the stack is in \S+/,
    {
      NODE_OPTIONS: `--import=data:text/javascript,setTimeout(()=>{throw%20new%20Error(%22thrown%20in%20between%22)},20)`,
    },
  ],
  [
    'a rejection that nobody handles',
    (args) => `"$P2PLAB" ${args}`,
    /internal error: rejected in between/,
    {
      NODE_OPTIONS: `--import=data:text/javascript,setTimeout(()=>{Promise.reject(Error(%22rejected%20in%20between%22))},20)`,
    },
  ],
];

for (const [name, line, says, env] of ways) {
  for (const [args, expected] of [
    ['run --list', 3],
    ['run --list --bisect', 125],
  ] as const) {
    test.serial(`${name}: ${expected}`, async (t) => {
      if (process.getuid?.() !== 0 && name.includes('user')) return t.pass('not tried: only root can');
      const {exitCode, stderr} = await shell(line(args), env);
      t.is(exitCode, expected, stderr);
      isExplained(t, stderr, says);
      return undefined;
    });
  }
}

test.serial('the stack is in the file that the message names, or on the terminal for who asks', async (t) => {
  const env = {
    NODE_OPTIONS: '--import=data:text/javascript,setTimeout(()=>{throw%20new%20Error(%22away%22)},20)',
  };
  const {stderr, state} = await shell('"$P2PLAB" run --list', env);
  const crashes = path.join(state, 'p2plab/crashes');
  const [file = ''] = readdirSync(crashes);
  t.true(stderr.includes(path.join(crashes, file)), stderr);
  t.regex(readFileSync(path.join(crashes, file), 'utf8'), /^run --list\n.*\nError: away\n +at /);
  t.regex((await shell('"$P2PLAB" run --list', {...env, P2PLAB_DEBUG: '1'})).stderr, /^ +at /m);
});

test.serial('with both folders given no home is needed', async (t) => {
  if (process.getuid?.() !== 0) return t.pass('not tried: only root can');
  const line = `env -u HOME XDG_CACHE_HOME="$XDG_STATE_HOME" setpriv --reuid 4242 --clear-groups "$P2PLAB" run --list`;
  const {exitCode, stderr} = await shell(line);
  t.is(exitCode, 0, stderr);
  return undefined;
});

test.serial('an empty HOME is none: nothing is written to the working directory', async (t) => {
  const place = mkdtempSync(path.join(folder, 'empty-'));
  const {exitCode, stderr} = await shell(
    `cd ${place} && HOME= XDG_CACHE_HOME= XDG_STATE_HOME= "$P2PLAB" results list --database ./d.sqlite`,
  );
  t.is(exitCode, 0, stderr);
  t.deepEqual(
    readdirSync(place).filter((name) => name.startsWith('.')),
    [],
  );
});

test.serial('a closed pipe is no error of the lab', async (t) => {
  for (const line of [
    '"$P2PLAB" run --list | true',
    '"$P2PLAB" results list --database ./none.sqlite 2>&1 >/dev/null | true',
    '"$P2PLAB" run no-such 2>&1 | true',
  ]) {
    const {exitCode, stderr} = await shell(`cd "$XDG_STATE_HOME"; ${line}; echo "\${PIPESTATUS[0]}" >status`);
    t.is(exitCode, 0);
    t.is(stderr, '', line);
  }
});

/** A checkout like this one, that a test may break. */
function checkout(): string {
  const place = mkdtempSync(path.join(folder, 'checkout-'));
  for (const name of ['p2plab', 'src', 'package.json', 'package-lock.json'])
    cpSync(path.join(labRoot, name), path.join(place, name), {recursive: true});
  for (const name of ['images', 'lab', 'scenarios'])
    symlinkSync(path.join(labRoot, name), path.join(place, name));
  mkdirSync(path.join(place, 'node_modules'));
  for (const name of readdirSync(path.join(labRoot, 'node_modules'))) {
    if (name !== '.cache')
      symlinkSync(path.join(labRoot, 'node_modules', name), path.join(place, 'node_modules', name));
  }
  return place;
}

/** What may be wrong with a checkout: each is met before p2plab can say anything by itself. */
const damages: Readonly<Record<string, (place: string) => void>> = {
  'a package that is damaged': (place) => {
    const target = path.join(place, 'node_modules/yaml');
    rmSync(target);
    mkdirSync(target);
    writeFileSync(path.join(target, 'package.json'), '{"name": "yaml", "main": "index.js"}');
    writeFileSync(path.join(target, 'index.js'), 'module.exports = {');
  },
  'a package that is missing': (place) => {
    rmSync(path.join(place, 'node_modules/zod'));
  },
  'a module of the lab that is missing': (place) => {
    rmSync(path.join(place, 'src/base/errors.ts'));
  },
  'an empty main.js': (place) => {
    truncateSync(path.join(place, 'src/launcher/main.js'));
  },
  'no main.js': (place) => {
    rmSync(path.join(place, 'src/launcher/main.js'));
  },
  'an empty last-resort.cjs': (place) => {
    truncateSync(path.join(place, 'src/launcher/last-resort.cjs'));
  },
  'a Node that cannot be executed': (place) => {
    rmSync(path.join(place, 'node_modules/.bin'));
    mkdirSync(path.join(place, 'node_modules/.bin'));
    writeFileSync(path.join(place, 'node_modules/.bin/node'), '\u007FELF', {mode: 0o755});
  },
};

for (const [name, damage] of Object.entries(damages)) {
  test.serial(`${name}: 3, under --bisect 125`, async (t) => {
    const place = checkout();
    const program = path.join(place, 'p2plab');
    const before = await shell('"$P2PLAB" run --list nvme-copy-same-switch', {}, program);
    t.is(before.exitCode, 0, before.stderr);
    damage(place);
    const plain = await shell('"$P2PLAB" run --list', {}, program);
    t.is(plain.exitCode, 3, plain.stderr);
    t.not(plain.stderr, '');
    t.false(/^\s+at /m.test(plain.stderr), plain.stderr);
    t.is((await shell('"$P2PLAB" run --bisect --list', {}, program)).exitCode, 125);
  });
}
