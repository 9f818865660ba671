// SPDX-License-Identifier: MIT

/** Where in a file of the user something is wrong; line and column count from 1. */
export interface Location {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

interface Details {
  /** What the reader can do about it: a sentence or a command. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/**
 * Any failure that the lab explains itself. Its message says what is wrong, its hint what to do; it is
 * printed without a stack. `exitCode` follows the command line's contract: 2 the user's input, 3 the lab or
 * its host, 130 interrupted.
 */
export abstract class LabError extends Error {
  abstract readonly exitCode: 2 | 3 | 130;
  readonly hint: string | undefined;

  constructor(message: string, {hint, cause}: Details = {}) {
    super(message, {cause});
    this.name = new.target.name;
    this.hint = hint;
  }
}

/** The user asked for something that does not exist or makes no sense. */
export class UsageError extends LabError {
  readonly exitCode = 2;
}

/** A file of the user is wrong, at a place. The message begins with `file:line:column: `. */
export class SpecError extends UsageError {
  readonly location: Location;

  constructor(location: Location, problem: string, details: Details = {}) {
    super(`${location.file}:${location.line}:${location.column}: ${problem}`, details);
    this.location = location;
  }
}

/** What the user wants compiled does not apply or compile: their input, found out by a tool. */
export class BuildError extends UsageError {
  /** The tool's whole output, where it was kept. */
  readonly log: string | undefined;

  constructor(message: string, details: Details & {readonly log?: string} = {}) {
    super(message, details);
    this.log = details.log;
  }
}

/** The lab or the machine it runs on failed: this says nothing about the kernel. */
export class HostError extends LabError {
  readonly exitCode = 3;
}

/** The user pressed Ctrl-C, or the lab was asked to end. */
export class Interrupted extends LabError {
  readonly exitCode = 130;

  constructor() {
    super('interrupted');
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Whether `error` is a system error with this `code`, as `ENOENT`. */
export function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
