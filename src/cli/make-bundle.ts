// SPDX-License-Identifier: MIT
// Called by ./setup.
import {makeBundle} from './bundle-program.ts';

await makeBundle();
