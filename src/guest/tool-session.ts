// SPDX-License-Identifier: MIT
import type {ClientChannel} from 'ssh2';
import {debugOf} from '../base/debug.ts';
import {HostError} from '../base/errors.ts';
import {shellWords} from './shell-words.ts';
import {describeResult, type ExecResult} from './ssh.ts';

const debug = debugOf('ssh');

/** Between the words of a request, and before the status that ends an answer: images/guest/serve.c. */
const wordSeparator = '\x1f';
const endOfAnswer = /(?:^|\n)\x04(\d{1,3})\n$/;

/** More than this of one answer is not kept: a guest's output is hostile. */
const answerLimit = 4 * 1024 * 1024;

/** Holds the end of an answer and what is before it. */
const tailLength = 16;

/** Whether words can be a request; others need an exec of their own. */
export function canBeRequested(words: readonly string[]): boolean {
  return words[0] === 'p2p' && words.length <= 64 && words.every((word) => !/[\x00-\x1f]/.test(word));
}

/**
 * The guest tool's `serve` on a channel of ssh: one command after the other, without an exec for each. What a
 * command writes to standard error comes with the rest of its output.
 */
export class ToolSession {
  readonly #channel: ClientChannel;
  #last: Promise<unknown> = Promise.resolve();
  #kept = '';
  #tail = '';
  #truncated = false;
  #onAnswer: ((result: ExecResult) => void) | undefined;
  #onLoss: ((error: Error) => void) | undefined;
  #lost = false;

  constructor(channel: ClientChannel) {
    this.#channel = channel;
    channel.setEncoding('utf8');
    channel.on('data', (text: string) => {
      this.#receive(text);
    });
    channel.once('close', () => {
      this.#lost = true;
      this.#onLoss?.(new HostError('the connection to the guest was lost'));
    });
  }

  /**
   * Runs one of the tool's commands: `p2p` and its words.
   * @throws HostError when the connection is lost before it ended: that is never a success
   */
  async run(words: readonly string[]): Promise<ExecResult> {
    const before = this.#last;
    const result = before.then(() => this.#request(words));
    // The next one waits for this one's end, whatever it is.
    this.#last = result.catch(() => undefined);
    return result;
  }

  #request(words: readonly string[]): Promise<ExecResult> {
    return new Promise((resolve, reject) => {
      if (this.#lost) {
        reject(new HostError(`${shellWords(words)}: the connection was lost`));
        return;
      }
      this.#kept = '';
      this.#tail = '';
      this.#truncated = false;
      this.#onAnswer = resolve;
      this.#onLoss = reject;
      debug?.(`> ${shellWords(words)}`);
      this.#channel.write(`${words.slice(1).join(wordSeparator)}\n`);
    });
  }

  #receive(text: string): void {
    const room = answerLimit - this.#kept.length;
    this.#kept += text.slice(0, room);
    this.#truncated ||= text.length > room;
    this.#tail = (this.#tail + text).slice(-tailLength);
    const end = endOfAnswer.exec(this.#tail);
    if (end === null) return;
    // The line before keeps its own end.
    const terminator = end[0].replace(/^\n/, '').length;
    const stdout = this.#truncated ? this.#kept : this.#kept.slice(0, -terminator);
    const result = {code: Number(end[1]), stdout, stderr: '', truncated: this.#truncated};
    debug?.(`< ${describeResult(result)}`);
    this.#onAnswer?.(result);
    this.#onAnswer = undefined;
  }
}
