// SPDX-License-Identifier: MIT
// Writes docs/reference.md: npm run reference.
import {writeFileSync} from 'node:fs';
import path from 'node:path';
import {referencePage} from '../src/formats/reference.ts';

writeFileSync(path.join(import.meta.dirname, 'reference.md'), referencePage());
