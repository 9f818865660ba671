// SPDX-License-Identifier: MIT
// A process of its own: makes the work tree of a user's tree, with a series, and prints what is in it.
// use-tree.ts TREE SERIES; the lab's folders are those of the environment.
import {recordingContext} from '../base/contexts.ts';
import {readSeries} from '../../src/build/series.ts';
import {ensureSource} from '../../src/build/sources/registry.ts';
import {withWorkTree} from '../../src/build/tree.ts';
import {readTree} from './fake-linux.ts';

const [tree = '', series = ''] = process.argv.slice(2);
const context = recordingContext();
const source = await ensureSource({kind: 'tree', path: tree}, context);
const files = await withWorkTree(source, [await readSeries(series)], context, ({folder}) =>
  Promise.resolve(readTree(folder)),
);
process.stdout.write(JSON.stringify(files));
