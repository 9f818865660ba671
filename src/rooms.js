// SPDX-License-Identifier: MIT
// One table rather than a file in each room: the architecture is read, and changed, in one place.

/**
 * The rooms of src/, and the rooms that each may import from, types included. `eslint.config.js` enforces it for import
 * statements, `test/rooms.test.ts` for every kind of import.
 * @type {Readonly<Record<string, readonly string[]>>}
 */
export const rooms = {
  /** Processes, locks, hashes, paths, errors, the content-addressed store. */
  base: [],
  /** Device types: one file each. */
  devices: ['base'],
  /** Readers of the YAML files. */
  spec: ['base', 'devices'],
  /** The PCIe tree: numbering, windows, routes, map types. */
  topology: ['base', 'devices', 'spec'],
  /** Kernels, modules, the guest tool and QEMU, built from source. */
  build: ['base', 'spec'],
  /** The initramfs that guests boot. */
  image: ['base', 'spec', 'build'],
  /** What the host observed. */
  evidence: ['base', 'devices', 'spec', 'topology', 'build'],
  /** One booted guest. */
  guest: ['base', 'devices', 'spec', 'topology', 'build', 'image', 'evidence'],
  /** The prediction, and the checks of the evidence against it. */
  verdict: ['base', 'devices', 'spec', 'topology', 'evidence'],
  /** Verbs: one module each. */
  steps: ['base', 'devices', 'spec', 'topology', 'evidence', 'guest', 'verdict'],
  /** One run. */
  scenario: [
    ...['base', 'devices', 'spec', 'topology', 'build', 'image', 'evidence', 'guest', 'verdict', 'steps'],
  ],
  /** JSON Schemas of all YAML files, and the reference. */
  formats: ['base', 'spec', 'steps', 'scenario'],
  /** Bundles, the database, queries, exports. */
  results: [
    ...['base', 'devices', 'spec', 'topology', 'image', 'evidence', 'guest', 'verdict', 'steps', 'scenario'],
  ],
  /** Everything that can be asked of the lab: runs, comparisons, searches, nightly runs. */
  runner: [
    ...[
      'base',
      'devices',
      'spec',
      'topology',
      'build',
      'image',
      'guest',
      'verdict',
      'steps',
      'scenario',
      'results',
    ],
  ],
  /** HTML pages about results. */
  dashboard: ['base', 'spec', 'topology', 'evidence', 'verdict', 'results'],
  /** Parses arguments and prints. */
  cli: [
    ...[
      'base',
      'spec',
      'topology',
      'build',
      'guest',
      'verdict',
      'scenario',
      'formats',
      'results',
      'runner',
      'dashboard',
    ],
  ],
  /** Starts the process, and settles its exit code. */
  launcher: ['cli'],
};
