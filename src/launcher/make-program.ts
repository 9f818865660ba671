// SPDX-License-Identifier: MIT
// Called by ./setup.
import {makeBundle} from './build-program.ts';

await makeBundle();
