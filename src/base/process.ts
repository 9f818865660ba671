// SPDX-License-Identifier: MIT
import {execa} from 'execa';
import {debugOf} from './debug.ts';
import {HostError, Interrupted, isErrno} from './errors.ts';

const debug = debugOf('build');

/** How a command ended. `exitCode` is undefined when a signal ended it. */
export interface Finished {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly all: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string | Uint8Array;
  readonly signal?: AbortSignal;
  /** Called for each line of standard output and error while the command runs. */
  readonly onLine?: (line: string) => void;
}

/**
 * The words for `sh` that run a command in a process group which dies with the lab, however the lab dies.
 * Standard input is a pipe whose other end only the lab holds: when it closes, the group is killed. A plain
 * kill of `make` would leave its compilers running.
 */
const supervisor = `
exec 3<&0 </dev/null
"$@" 3<&- & child=$!
{ read -r _ <&3; kill -KILL 0; } & watcher=$!
wait "$child"; status=$?
kill -KILL "$watcher" 2>/dev/null
exit "$status"
`;

/** The package that brings a command on Debian, for the hint of a missing one. */
const packageOf: Readonly<Record<string, string>> = {
  'qemu-system-x86_64': 'qemu-system-x86',
  'qemu-system-aarch64': 'qemu-system-arm',
  'aarch64-linux-gnu-gcc': 'gcc-aarch64-linux-gnu libc6-dev-arm64-cross',
  ninja: 'ninja-build',
  fdtput: 'device-tree-compiler',
  'qemu-img': 'qemu-utils',
  setpriv: 'util-linux',
  flock: 'util-linux',
  dropbearconvert: 'dropbear-bin',
  'apt-get': 'apt',
  'dpkg-deb': 'dpkg',
  xz: 'xz-utils',
};

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new Interrupted();
}

/** The error for a command that this machine does not have, with the line that installs it. */
export function missingCommand(command: string): HostError {
  return new HostError(`this machine has no ${command}`, {
    hint: `run ./setup, or: apt-get install ${packageOf[command] ?? command}`,
  });
}

/**
 * Runs a short command to its end and returns how it ended, whatever its exit code.
 * @throws HostError when the command does not exist; Interrupted when the signal ended it.
 */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Finished> {
  const child = execa(command, args, {
    reject: false,
    all: true,
    ...(options.input === undefined ? {stdin: 'ignore' as const} : {input: options.input}),
    ...(options.cwd === undefined ? {} : {cwd: options.cwd}),
    ...(options.env === undefined ? {} : {env: options.env}),
    ...(options.signal === undefined ? {} : {cancelSignal: options.signal}),
  });
  if (options.onLine !== undefined)
    for await (const line of child.iterable({from: 'all'})) options.onLine(line);
  const result = await child;
  throwIfAborted(options.signal);
  if (result.exitCode === undefined && result.code === 'ENOENT') throw missingCommand(command);
  return {exitCode: result.exitCode, stdout: result.stdout, stderr: result.stderr, all: result.all};
}

/**
 * Like {@link run}, and throws when the command fails.
 * @returns its standard output, without the last newline.
 */
export async function output(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const finished = await run(command, args, options);
  if (finished.exitCode !== 0) {
    const tail = finished.all.trim().split('\n').slice(-5).join('\n');
    throw new HostError(`${command} ${args.join(' ')} failed (${finished.exitCode ?? 'killed'}):\n${tail}`);
  }
  return finished.stdout;
}

/**
 * Runs a long command with many children (make) in a process group of its own. The group is killed when the
 * signal fires, and when the lab dies in any way at all.
 */
export async function runGroup(
  command: string,
  args: readonly string[],
  options: Omit<RunOptions, 'input'> = {},
): Promise<Finished> {
  const {signal} = options;
  throwIfAborted(signal);
  const begun = performance.now();
  debug?.(`> ${[command, ...args].join(' ')} (in ${options.cwd ?? process.cwd()})`);
  const child = execa('sh', ['-c', supervisor, 'p2plab', command, ...args], {
    reject: false,
    all: true,
    detached: true,
    cleanup: false,
    stdin: 'pipe',
    ...(options.cwd === undefined ? {} : {cwd: options.cwd}),
    ...(options.env === undefined ? {} : {env: options.env}),
  });
  const kill = (): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch (error) {
      if (!isErrno(error, 'ESRCH')) throw error;
    }
  };
  signal?.addEventListener('abort', kill, {once: true});
  try {
    if (options.onLine !== undefined || debug !== undefined)
      for await (const line of child.iterable({from: 'all'})) {
        debug?.(`| ${line}`);
        options.onLine?.(line);
      }
    const result = await child;
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    debug?.(
      `< ${command}: ${result.exitCode === undefined ? 'killed' : `exit ${result.exitCode}`} after ${seconds} s`,
    );
    throwIfAborted(signal);
    if (result.exitCode === 127) throw missingCommand(command);
    return {exitCode: result.exitCode, stdout: result.stdout, stderr: result.stderr, all: result.all};
  } finally {
    signal?.removeEventListener('abort', kill);
  }
}
