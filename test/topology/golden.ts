// SPDX-License-Identifier: MIT
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import type {ExecutionContext} from 'ava';

/**
 * Compares a text with the golden file of this name. With UPDATE_GOLDEN=1 it is written instead, and the test
 * fails: look at the difference, then run again.
 */
export function compareGolden(t: ExecutionContext, name: string, text: string): void {
  const file = path.join(import.meta.dirname, 'golden', name);
  if (process.env['UPDATE_GOLDEN'] === '1') {
    mkdirSync(path.dirname(file), {recursive: true});
    writeFileSync(file, text);
    t.fail(`written: ${name}`);
  } else {
    t.is(text, readFileSync(file, 'utf8'));
  }
}
