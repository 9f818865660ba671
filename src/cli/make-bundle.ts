// SPDX-License-Identifier: MIT
// Called by ./setup.
import {makeBundle} from './bundle.ts';

await makeBundle();
