// SPDX-License-Identifier: MIT
import {readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import test from 'ava';
import '../base/temporary-cache.ts';
import {recordingContext} from '../base/contexts.ts';
import {BuildError, HostError, Interrupted} from '../../src/base/errors.ts';
import {keepMade, make, reasonLines} from '../../src/build/make.ts';
import {guardObjects, scratchFolder} from '../../src/build/objects.ts';
import {writeTree} from './fake-linux.ts';

const job = (folder: string) => ({
  topic: 'kernel test',
  folder,
  args: [],
  log: path.join(folder, 'log'),
  hide: folder,
});

test("a program that does not compile is told by the compiler's own lines", async (t) => {
  const folder = writeTree({
    'a.c': 'int f(void) { return missing; }\n',
    Makefile: 'all:\n\t@echo "  CC      a.o"; gcc -c $(CURDIR)/a.c -o a.o\n',
  });
  const error = await t.throwsAsync(make(job(folder), recordingContext()), {instanceOf: BuildError});
  t.regex(error.message, /^kernel test does not compile:\na\.c:1:22: error: .missing. undeclared[^\n]*$/);
  t.is(error.log, path.join(folder, 'log'));
  t.regex(readFileSync(path.join(folder, 'log'), 'utf8'), / {2}CC {6}a\.o\n(.*\n)*make: \*\*\*/);
});

test('a full disk is not the fault of the code', async (t) => {
  const folder = writeTree({Makefile: 'all:\n\t@echo "as: a.o: No space left on device"; false\n'});
  await t.throwsAsync(make(job(folder), recordingContext()), {
    instanceOf: HostError,
    message: /no space left/,
  });
});

test('progress counts what is compiled', async (t) => {
  const folder = writeTree({
    Makefile: 'all:\n\t@for i in 1 2 3; do echo "  CC      $$i.o"; done; echo "  HOSTCC  x"\n',
  });
  const context = recordingContext();
  t.is(await make({...job(folder), total: 3}, context), 3);
  t.deepEqual(context.reports[0], {topic: 'kernel test', text: '1 of 3 compiled'});
});

test('of many lines the first are shown, and how many there are', (t) => {
  const lines = Array.from({length: 50}, (_, index) => `a.c:${index}:1: error: no`);
  const shown = reasonLines(['make: *** x', ...lines, 'note'].join('\n'));
  t.deepEqual([shown.length, shown[0], shown.at(-1)], [21, 'a.c:0:1: error: no', '… and 30 more']);
});

test('the linker, modpost and make itself are heard too', (t) => {
  const said = (line: string) => reasonLines(`  CC x\n${line}\n  AR y\n`);
  for (const line of [
    "ld: a.o: in function `f': a.c:(.text+0x1): undefined reference to `g'",
    'ERROR: modpost: "nothing" [x.ko] undefined!',
    "make[2]: *** No rule to make target 'x.o', needed by 'y'.  Stop.",
  ]) {
    t.deepEqual(said(line), [line]);
  }
});

test('what a killed make wrote is deleted, what was finished before stays', async (t) => {
  const folder = writeTree({});
  await guardObjects(folder, () => {
    writeFileSync(path.join(folder, 'old.o'), 'whole');
    return Promise.resolve();
  });
  await delay(20);
  await t.throwsAsync(
    guardObjects(folder, () => {
      writeFileSync(path.join(folder, 'half.o'), 'torn');
      return Promise.reject(new Interrupted());
    }),
    {instanceOf: Interrupted},
  );
  await guardObjects(folder, () => {
    t.is(readFileSync(path.join(folder, 'old.o'), 'utf8'), 'whole');
    t.is(statSync(path.join(folder, 'half.o'), {throwIfNoEntry: false}), undefined);
    writeFileSync(path.join(folder, 'half.o'), 'whole');
    return Promise.resolve();
  });
  await guardObjects(folder, () => {
    t.is(readFileSync(path.join(folder, 'half.o'), 'utf8'), 'whole');
    return Promise.resolve();
  });
});

test('what compilers have put aside when a build is cancelled is gone with it', async (t) => {
  const folder = writeTree({
    Makefile:
      'all:\n\t@echo x > $$TMPDIR/cc1.s; echo y > $$CCACHE_TEMPDIR/cpp.i; echo "  CC      a.o"; sleep 60\n',
  });
  const objects = path.join(folder, 'objects');
  const stop = new AbortController();
  const scratch = scratchFolder(objects);
  const context = {
    signal: stop.signal,
    report: () => {
      t.deepEqual(readdirSync(scratch).sort(), ['cc1.s', 'cpp.i']);
      stop.abort();
    },
  };
  await t.throwsAsync(
    guardObjects(objects, () => make({...job(folder), scratch}, context)),
    {instanceOf: Interrupted},
  );
  t.deepEqual(readdirSync(folder).sort(), ['Makefile', 'log', 'objects', 'objects.unfinished']);
});

test('a build that ends well without what it is for is an error of the source, by name', async (t) => {
  const folder = writeTree({});
  await t.throwsAsync(keepMade('kernel test', path.join(folder, 'bzImage'), path.join(folder, 'kept')), {
    instanceOf: BuildError,
    message: 'kernel test: the build ended without an error, but made no bzImage',
  });
});
