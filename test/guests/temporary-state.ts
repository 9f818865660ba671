// SPDX-License-Identifier: MIT
// Import this first: bundles are then written to a folder of this test's own, gone when it ends. The cache is
// the user's: kernels take minutes to build.
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';

/** A folder for whatever the test writes. */
export const temporary = mkdtempSync(path.join(tmpdir(), 'p2plab-test-'));

process.env['XDG_STATE_HOME'] = path.join(temporary, 'state');
process.on('exit', () => {
  rmSync(temporary, {recursive: true, force: true});
});
