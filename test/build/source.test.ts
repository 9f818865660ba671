// SPDX-License-Identifier: MIT
import {execFileSync} from 'node:child_process';
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {rm} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {temporary} from '../base/temporary-cache.ts';
import {recordingContext} from '../base/contexts.ts';
import {BuildError, UsageError} from '../../src/base/errors.ts';
import {storePath} from '../../src/base/store.ts';
import {GitBisect} from '../../src/build/git-bisect.ts';
import {ensureSource} from '../../src/build/sources/registry.ts';
import {readTree, writeTree} from './fake-linux.ts';

const context = recordingContext();

function git(folder: string, ...args: readonly string[]): void {
  const identity = ['-c', 'user.name=A', '-c', 'user.email=a@example.org', '-c', 'init.defaultBranch=main'];
  execFileSync('git', [...identity, ...args], {cwd: folder, stdio: 'ignore'});
}

test('an archive is unpacked once, without its top folder', async (t) => {
  const folder = writeTree({'linux-1/Kbuild': '', 'linux-1/mm/a.c': 'int a;\n'});
  const file = path.join(temporary, 'linux.tar.xz');
  execFileSync('tar', ['-cJf', file, '-C', folder, 'linux-1']);
  const [one, two] = await Promise.all(
    [1, 2].map(() => ensureSource({kind: 'tarball', path: file}, context)),
  );
  t.deepEqual(readTree(one?.folder ?? ''), {Kbuild: '', 'mm/a.c': 'int a;\n'});
  t.deepEqual(one, two);
});

test('an archive that is none, or not of Linux, is refused', async (t) => {
  const broken = path.join(temporary, 'broken.tar');
  writeFileSync(broken, 'no archive at all');
  await t.throwsAsync(ensureSource({kind: 'tarball', path: broken}, context), {instanceOf: BuildError});
  const other = path.join(temporary, 'other.tar');
  execFileSync('tar', ['-cf', other, '-C', writeTree({'x/README': ''}), 'x']);
  await t.throwsAsync(ensureSource({kind: 'tarball', path: other}, context), {message: /no Linux source/});
  await t.throwsAsync(ensureSource({kind: 'tarball', path: '/nowhere.tar'}, context), {
    instanceOf: UsageError,
  });
});

test('a revision is what was committed, whatever lies in the folder, also from a URL', async (t) => {
  const folder = writeTree({Kbuild: '', 'a.c': 'committed\n'});
  git(folder, 'init');
  git(folder, 'add', '.');
  git(folder, 'commit', '-m', 'one');
  git(folder, 'tag', '-a', 'v1', '-m', 'v1');
  writeFileSync(path.join(folder, 'a.c'), 'edited\n');
  const wanted = {Kbuild: '', 'a.c': 'committed\n'};
  const remote = await ensureSource({kind: 'git', path: `file://${folder}`, revision: 'v1'}, context);
  t.deepEqual(readTree(remote.folder), wanted);
  await rm(remote.folder, {recursive: true});
  const local = await ensureSource({kind: 'git', path: folder, revision: 'v1'}, context);
  t.deepEqual(readTree(local.folder), wanted);
  t.is(remote.key, local.key);
  await t.throwsAsync(ensureSource({kind: 'git', path: folder, revision: 'v2'}, context), {
    instanceOf: UsageError,
  });
  await t.throwsAsync(ensureSource({kind: 'git', path: `file://${folder}`, revision: 'v2'}, context), {
    instanceOf: UsageError,
  });
});

test("a user's tree is known by its content, without what a build left in it", async (t) => {
  const folder = writeTree({
    Kbuild: '',
    'a.c': 'one\n',
    '.config': 'CONFIG_A=y\n',
    'include/generated/x.h': '',
  });
  const look = () => ensureSource({kind: 'tree', path: folder}, context);
  const first = await look();
  t.deepEqual([...(first.files?.keys() ?? [])], ['Kbuild', 'a.c']);
  t.deepEqual(await look(), first);
  writeFileSync(path.join(folder, 'a.c'), 'two\n');
  const second = await look();
  t.is(second.id, first.id);
  t.not(second.key, first.key);
  writeFileSync(path.join(folder, 'a.c'), 'one\n');
  t.is((await look()).key, first.key);
  t.is(readFileSync(path.join(folder, '.config'), 'utf8'), 'CONFIG_A=y\n');
});

test('of a package the newest that is unpacked is used, without asking apt', async (t) => {
  for (const version of ['6.12.9-1', '6.12.95-1~bpo12+1', '6.12.95-1.partial']) {
    mkdirSync(storePath('sources', `linux-source-6.12_${version}`), {recursive: true});
  }
  const source = await ensureSource({kind: 'package', name: 'linux-source-6.12'}, context);
  t.is(source.title, 'linux-source-6.12 6.12.95-1~bpo12+1');
});

/** A tree with what no kernel is without. */
const kernelFiles = {
  ...{Kbuild: '', Makefile: 'all:\n', Kconfig: '', 'init/main.c': 'int main;\n'},
  ...{
    'scripts/Makefile.build': '',
    'drivers/a.c': 'int a;\n',
    '.gitignore': '*.o\n.*\n!.gitignore\nvmlinux\n',
  },
};

async function namesOf(folder: string): Promise<readonly string[]> {
  const {files} = await ensureSource({kind: 'tree', path: folder}, context);
  return [...(files?.keys() ?? [])];
}

const whole = Object.keys(kernelFiles).sort();

test('a tree is whole below a folder that a repository around it ignores', async (t) => {
  const outer = writeTree(
    Object.fromEntries(Object.entries(kernelFiles).map(([name, text]) => [`work/linux/${name}`, text])),
  );
  const tree = path.join(outer, 'work/linux');
  writeFileSync(path.join(outer, '.gitignore'), 'work/\n');
  writeFileSync(path.join(tree, 'vmlinux'), 'built');
  git(outer, 'init');
  t.deepEqual(await namesOf(tree), whole);
});

test('a tree is whole with the rules of Debian, which ignore all but its own folder', async (t) => {
  const rules = `${kernelFiles['.gitignore']}/*\n!/debian/\n`;
  for (const init of [false, true]) {
    const tree = writeTree({
      ...kernelFiles,
      '.gitignore': rules,
      'drivers/.gitignore': 'made.c\n',
      'drivers/made.c': '',
    });
    writeFileSync(path.join(tree, 'vmlinux'), 'built');
    writeFileSync(path.join(tree, 'a.o'), 'built');
    if (init) git(tree, 'init');
    t.deepEqual(await namesOf(tree), [...whole, 'drivers/.gitignore'].sort(), String(init));
  }
});

test('what a user has git ignore, has not added, or has cloned into the tree is part of it', async (t) => {
  const tree = writeTree({
    ...kernelFiles,
    'drivers/mine/b.c': '',
    'drivers/other/c.c': '',
    'forced.o': 'blob',
  });
  git(tree, 'init');
  git(tree, 'add', 'Makefile', 'drivers/a.c');
  git(tree, 'add', '-f', 'forced.o');
  git(tree, 'commit', '-m', 'a part');
  writeFileSync(path.join(tree, '.git/info/exclude'), 'drivers/mine/\n');
  const nested = path.join(tree, 'drivers/other');
  git(nested, 'init');
  git(nested, 'add', '.');
  git(nested, 'commit', '-m', 'other');
  const more = ['drivers/mine/b.c', 'drivers/other/c.c', 'forced.o'];
  t.deepEqual(await namesOf(tree), [...whole, ...more].sort());
});

test("a repository that is another user's is read, as a revision and as a tree", async (t) => {
  if (process.getuid?.() !== 0) {
    t.log('only root can give files away');
    t.pass();
    return;
  }
  const folder = writeTree({...kernelFiles, 'tracked.o': 'blob'});
  git(folder, 'init');
  git(folder, 'add', '-A', '-f');
  git(folder, 'commit', '-m', 'one');
  execFileSync('chown', ['-R', '12345:12345', folder]);
  t.throws(() => {
    git(folder, 'log', '-1');
  });
  const wanted = {...kernelFiles, 'tracked.o': 'blob'};
  const local = await ensureSource({kind: 'git', path: folder, revision: 'HEAD'}, context);
  t.deepEqual(readTree(local.folder), wanted);
  await rm(local.folder, {recursive: true});
  const remote = await ensureSource({kind: 'git', path: `file://${folder}`, revision: 'HEAD'}, context);
  t.deepEqual(readTree(remote.folder), wanted);
  t.deepEqual(await namesOf(folder), Object.keys(wanted).sort());
  // One commit more, from which the next revision is unpacked by its differences.
  writeFileSync(path.join(folder, 'drivers/a.c'), 'int b;\n');
  const as = ['-c', `safe.directory=${folder}`];
  git(folder, ...as, 'commit', '-a', '-m', 'two');
  execFileSync('chown', ['-R', '12345:12345', folder]);
  const next = await ensureSource({kind: 'git', path: folder, revision: 'HEAD'}, context);
  t.is(readTree(next.folder)['drivers/a.c'], 'int b;\n');
  const bisect = await GitBisect.ofRepository(folder, 'HEAD~1', 'HEAD', path.join(temporary, 'bisect'));
  t.like(await bisect.progress(), {first: {subject: 'two'}});
});

test('what git says of a repository that it cannot read is passed on', async (t) => {
  const folder = writeTree({Kbuild: ''});
  await t.throwsAsync(ensureSource({kind: 'git', path: folder, revision: 'HEAD'}, context), {
    instanceOf: UsageError,
    message: /git cannot read .*\n.*not a git repository/,
  });
  await t.throwsAsync(ensureSource({kind: 'git', path: `${folder}/no`, revision: 'HEAD'}, context), {
    message: /there is no repository/,
  });
});
