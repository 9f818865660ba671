// SPDX-License-Identifier: MIT
// Import this first: the lab's folders are then empty ones of this test's own, gone when it ends.
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';

/** A folder for whatever the test writes. */
export const temporary = mkdtempSync(path.join(tmpdir(), 'p2plab-test-'));

process.env['XDG_CACHE_HOME'] = path.join(temporary, 'cache');
process.env['XDG_STATE_HOME'] = path.join(temporary, 'state');
process.on('exit', () => {
  rmSync(temporary, {recursive: true, force: true});
});
