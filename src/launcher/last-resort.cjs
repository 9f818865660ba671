// SPDX-License-Identifier: MIT
// Preloaded by the launcher (--require, so CommonJS): until this has run a signal ends Node with another exit code.
// It loads nothing but Node's own modules: it has to work when nothing else can be loaded.
'use strict';
const {mkdirSync, readdirSync, rmSync, writeFileSync, writeSync} = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const {inspect} = require('node:util');

/** How many reports of crashes are kept. */
const kept = 20;

const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/**
 * Whether `git bisect run` reads the exit code: to git 1 to 124, 126 and 127 mean that the kernel is bad
 * (git-bisect(1), "Bisect run").
 * @param {readonly string[]} args the command line
 * @returns {boolean}
 */
function isBisecting(args) {
  return args[0] === 'run' && args.includes('--bisect');
}

/**
 * The exit code when p2plab itself fails, which says nothing about a kernel.
 * @returns {3 | 125}
 */
function crashCode() {
  return isBisecting(process.argv.slice(2)) ? 125 : 3;
}

/**
 * Prints why p2plab itself failed. The stack goes into a file that the message names, or to standard error with
 * P2PLAB_DEBUG in the environment. Never throws: standard error may be what is broken.
 * @param {unknown} error
 */
function reportCrash(error) {
  const message = error instanceof Error && error.message !== '' ? error.message : inspect(error);
  const details = inspect(error);
  const hint =
    (process.env['P2PLAB_DEBUG'] ?? '') === ''
      ? `${keepDetails(details)}; this result says nothing about the kernel`
      : details;
  try {
    writeSync(2, `p2plab: internal error: ${message.split('\n', 1)[0] ?? ''}\n        ${hint}\n`);
  } catch {
    // Nobody is left to be told.
  }
}

/**
 * Keeps the details of a crash in a file.
 * @param {string} details
 * @returns {string} where they are
 */
function keepDetails(details) {
  const state =
    process.env['XDG_STATE_HOME'] || path.join(process.env['HOME'] || '/nonexistent', '.local/state');
  for (const folder of [path.join(state, 'p2plab/crashes'), os.tmpdir()]) {
    try {
      mkdirSync(folder, {recursive: true});
      const name = `p2plab-crash-${new Date().toISOString().replaceAll(':', '')}-${process.pid}.txt`;
      const file = path.join(folder, name);
      const about = [process.argv.slice(2).join(' '), `node ${process.version}`, details, ''];
      writeFileSync(file, about.join('\n'), {flag: 'wx', mode: 0o600});
      const old = readdirSync(folder).filter((each) => /^p2plab-crash-.*\.txt$/.test(each));
      for (const each of old.sort().slice(0, -kept)) rmSync(path.join(folder, each), {force: true});
      return `the stack is in ${file}`;
    } catch {
      // The next folder may do.
    }
  }
  return 'set P2PLAB_DEBUG=1 to see the stack';
}

/**
 * Ends the process with the right exit code whatever happens to it: an error that nobody catches, a promise that
 * never settles, a signal where nothing else handles it.
 */
function watchOver() {
  process.on('uncaughtException', (error) => {
    reportCrash(error);
    process.exit(crashCode());
  });
  // Node ends with 0, or with 13, when it has nothing left to wait for.
  process.on('beforeExit', () => {
    if (finished) return;
    reportCrash(new Error('nothing is left to wait for, and there is no result'));
    process.exit(crashCode());
  });
  for (const signal of signals) {
    process.on(signal, () => {
      // While a command works, it has a listener of its own and tidies up first: interrupt.ts.
      if (process.listenerCount(signal) > 1) return;
      try {
        writeSync(2, 'p2plab: interrupted\n');
      } catch {
        // Nobody is left to be told.
      }
      process.exit(130);
    });
  }
}

let finished = false;

/** Says that the exit code is settled. */
function finish() {
  finished = true;
}

watchOver();

/**
 * Looks whether what every part takes for granted is there.
 * @returns {string | undefined} what is wrong and what to do
 */
function hostProblem() {
  try {
    process.cwd();
  } catch {
    return 'the working directory no longer exists\n        change to another one';
  }
  // An empty HOME would be the working directory.
  if (process.env['HOME'] === '') delete process.env['HOME'];
  try {
    os.homedir();
  } catch {
    if (!process.env['XDG_CACHE_HOME'] || !process.env['XDG_STATE_HOME']) {
      return 'HOME is not set, and this user has no passwd entry\n        set HOME, or XDG_CACHE_HOME and XDG_STATE_HOME';
    }
    // Nothing is looked for there but by programs that take it for granted, too.
    process.env['HOME'] = '/nonexistent';
  }
  return undefined;
}

module.exports = {crashCode, finish, hostProblem, isBisecting, reportCrash};
