// SPDX-License-Identifier: MIT
import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {iommuNames} from '../../src/devices/iommus/registry.ts';
import {machineNames} from '../../src/devices/machines/registry.ts';
import {bridgeTypes, endpointTypes} from '../../src/devices/registry.ts';

const source = path.join(import.meta.dirname, '../../src');

/** Where a name may stand, and why. */
const allowed: Readonly<Record<string, RegExp>> = {
  // Draws for random trees: a seed must give the same trees, whatever types are added.
  'draw-values.ts': /./,
  'forest.ts': /./,
  // An option of these verbs is called `edu`, and so is the noun in their messages.
  'dma.ts': /\['edu'\]|, 'edu'\)/,
  'use-after-unmap.ts': /\['edu'\]|, 'edu'\)/,
  'count.ts': /, 'edu'\)/,
  // Bridges make several nodes of a kind each; model and enumeration declare them.
  'model.ts': /'(root-port|switch)'/,
  'enumeration.ts': /'(root-port|switch)'/,
  // The default machine.
  'topology-spec.ts': /\.default\('q35'\)/,
};

/** Words of their own: a kind of node, a kernel. */
const alsoWords = ['root-port', 'switch', 'virtio'];

function lines(): readonly {readonly at: string; readonly file: string; readonly text: string}[] {
  return readdirSync(source, {recursive: true, encoding: 'utf8'})
    .filter((file) => file.endsWith('.ts') && !file.startsWith('devices/'))
    .flatMap((file) =>
      readFileSync(path.join(source, file), 'utf8')
        .split('\n')
        .map((text, index) => ({at: `${file}:${index + 1}`, file: path.basename(file), text})),
    );
}

/** Names that stand in quotes as a whole. */
function named(names: readonly string[], text: string): boolean {
  if (/^\s*(\*|\/\/|\/\*)/.test(text)) return false;
  return names.some((name) => {
    if (!text.includes(`'${name}'`)) return false;
    return !alsoWords.includes(name) || /\btype\b/.test(text);
  });
}

const kinds = {
  'type of device': [...bridgeTypes, ...endpointTypes].map(({name}) => name),
  IOMMU: iommuNames,
  machine: machineNames,
} as const;

for (const [kind, names] of Object.entries(kinds)) {
  test(`no name of a ${kind} is tested outside src/devices`, (t) => {
    const found = lines().filter(({file, text}) => named(names, text) && allowed[file]?.test(text) !== true);
    t.deepEqual(
      found.map(({at, text}) => `${at}: ${text.trim()}`),
      [],
    );
  });
}
