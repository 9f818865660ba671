// SPDX-License-Identifier: MIT
import {PassThrough} from 'node:stream';
import {HostError} from '../../src/base/errors.ts';
import type {ExecResult, Session, Transport, TransportDescription} from '../../src/guest/transport.ts';

/** How a command ends: by default well, without a word. */
export type Outcome = Partial<ExecResult>;

/** What a guest answers to a command; undefined for a command that nobody has scripted. */
export type Answers = (words: readonly string[]) => Outcome | undefined | Promise<Outcome | undefined>;

const done: ExecResult = {code: 0, stdout: '', stderr: '', truncated: false};

/** A transport whose far end is a script. A command that it does not know ends with 127, as a shell's. */
export function fakeTransport(answers: Answers): TransportDescription {
  const run = async (words: readonly string[]): Promise<ExecResult> => {
    const outcome = await answers(words);
    return outcome === undefined ? {...done, code: 127} : {...done, ...outcome};
  };
  return {
    name: 'fake',
    image: {programs: [], files: [], modes: {}, identity: {}},
    network: [],
    preload: () => undefined,
    connect: () => Promise.resolve(transport(run)),
  };
}

function transport(run: (words: readonly string[]) => Promise<ExecResult>): Transport {
  const missing = (): Promise<never> => Promise.reject(new HostError('the double cannot do that'));
  return {
    exec: run,
    open: () => Promise.resolve(toolSession(run)),
    upload: () => Promise.resolve(),
    openShell: missing,
    forward: missing,
    admit: missing,
    close: () => undefined,
  };
}

/** `p2p serve`, as images/guest/serve.c has it: one request a line, and the status behind each answer. */
function toolSession(run: (words: readonly string[]) => Promise<ExecResult>): Session {
  const input = new PassThrough();
  const output = new PassThrough();
  const {promise: ended, reject: lose} = Promise.withResolvers<number>();
  ended.catch(() => undefined);
  input.on('data', (request: Buffer) => {
    const words = request.toString().trimEnd().split('\x1f');
    run(['p2p', ...words]).then(({code, stdout}) => {
      output.write(`${stdout}${stdout === '' || stdout.endsWith('\n') ? '' : '\n'}\x04${code}\n`);
    }, lose);
  });
  return {input, output, errors: new PassThrough(), ended, resize: () => undefined};
}
