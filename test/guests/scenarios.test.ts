// SPDX-License-Identifier: MIT
import './temporary-state.ts';
import test from 'ava';
import {labRoot} from '../../src/base/paths.ts';
import {listScenarios} from '../../src/spec/catalog.ts';
import {context, flows, machineOf, proofs, qemu} from './lab.ts';
import {runAll} from '../../src/runner/run-all.ts';
import {selectKernel} from '../../src/runner/select-kernel.ts';

/** What must come of a scenario: the ledger to the byte, and what the host must have looked at. */
interface Expected {
  /** Not of a mixed load: how much it moves nobody knows. */
  readonly flows?: readonly string[];
  readonly proofs: readonly string[];
}

const copied: Expected = {
  flows: ['dst read cmb 65536', 'src write cmb 65536'],
  proofs: ['ledger', 'placement', 'read-back', 'disk src', 'disk dst'],
};
const throughMemory: Expected = {
  flows: ['dst read host-memory 65536', 'src write host-memory 65536'],
  proofs: ['ledger', 'disk src', 'disk dst'],
};
const transmitted: Expected = {
  // 16 frames, each with 18 bytes of header before its payload.
  flows: ['nic0 read cmb 16384', 'nic0 read host-memory 288', 'src write cmb 16384'],
  proofs: ['ledger', 'frames', 'disk src'],
};

const everywhere: Readonly<Record<string, Expected | 'skip'>> = {
  'edu-dma': {
    // The last of the five is refused once its bytes were brought.
    flows: [
      'dst read host-memory 16384',
      'edu read cmb 10240',
      'edu read host-memory 4096',
      'edu write cmb 4096',
      'edu write host-memory 4096',
      'edu write second 6144',
      'src write host-memory 20480',
    ],
    proofs: [
      ...['ledger', 'disk src', 'disk dst'],
      ...[1, 2, 3].flatMap(() => ['ledger', 'placement', 'read-back', 'disk src', 'disk dst']),
      ...['ledger', 'disk src', 'disk dst'],
    ],
  },
  'host-memory-only': throughMemory,
  'mapping-without-memory': 'skip',
  'nic-from-cmb': transmitted,
  'nic-through-host-bridge': transmitted,
  'nics-from-cmb': {
    flows: [
      ...['new', 'nic', 'old'].flatMap((nic) => [`${nic} read cmb 16384`, `${nic} read host-memory 288`]),
      'src write cmb 49152',
    ],
    proofs: [1, 2, 3].flatMap(() => ['ledger', 'frames', 'disk src', 'disk dst']),
  },
  'nvme-copy-cascaded-switches': copied,
  'nvme-copy-same-switch': {...copied, flows: ['dst read cmb 16384', 'src write cmb 16384']},
  'nvme-to-display': {
    flows: [`src write display ${640 * 480 * 4}`],
    proofs: ['ledger', 'picture', 'disk src'],
  },
  'provider-rebound': {
    flows: ['dst read cmb 98304', 'src write cmb 98304'],
    proofs: [...copied.proofs, ...copied.proofs, ...copied.proofs],
  },
  'provider-reset': {
    flows: ['dst read cmb 32768', 'src write cmb 32768'],
    proofs: [...copied.proofs, ...copied.proofs],
  },
  'queue-in-own-memory': {
    ...throughMemory,
    flows: ['dst read host-memory 32768', 'src write host-memory 32768'],
  },
  'refused-across-root-ports': {flows: [], proofs: ['ledger', 'disk src', 'disk dst']},
  'refused-to-the-second': {flows: ['src write cmb 32768'], proofs: ['ledger', 'disk src', 'disk dst']},
  'stress/mixed': {proofs: ['ledger', 'sectors a', 'sectors b', 'frames', 'disk a', 'disk b']},
  'swiotlb-refused-through-host-bridge': {
    // The last of the three is refused once the edu has read what it was to write.
    flows: [
      'dst read host-memory 4096',
      'edu read host-memory 8192',
      'edu write host-memory 4096',
      'src write host-memory 12288',
    ],
    proofs: [1, 2, 3].flatMap(() => ['ledger', 'disk src', 'disk dst']),
  },
  'through-host-bridge': {...copied, flows: ['src write cmb 65536']},
};

// One on each QEMU.
for (const [kernel, on] of [
  ['baseline', 'stock'],
  ['switch', qemu],
] as const) {
  test.serial(`on ${kernel}, by QEMU ${on}, all scenarios come out as they must, to the byte`, async (t) => {
    t.timeout(1_800_000, 'building the kernel, or a boot for each scenario');
    const entries = listScenarios(labRoot).filter(({name}) => name in everywhere);
    t.deepEqual(
      entries.map(({name}) => name),
      Object.keys(everywhere).toSorted(),
      'a scenario was renamed or is gone',
    );
    const results = await runAll(
      {entries, kernel: selectKernel(kernel), qemu: on, jobs: 2, seconds: 3, keep: false},
      {
        result: ({scenario, durationMs}) => {
          t.log(`${scenario}: ${(durationMs / 1000).toFixed(1)} s`);
        },
      },
      context,
    );
    t.is(results.length, entries.length);
    for (const result of results) {
      const wanted = everywhere[result.scenario];
      if (wanted === 'skip') {
        t.is(result.verdict, 'skip', `${result.scenario}: ${result.reason}`);
        t.regex(result.reason, /requires variant debug/);
        continue;
      }
      t.is(result.verdict, 'pass', `${result.scenario}: ${result.reason}`);
      if (wanted?.flows !== undefined) t.deepEqual(flows(result), wanted.flows, result.scenario);
      const seen = proofs(result);
      t.deepEqual(
        seen.filter((name) => name !== 'path'),
        wanted?.proofs,
        result.scenario,
      );
      // Where requests are traced, each step that moved something says which way.
      const moving = result.steps.filter(({ledger}) => ledger.length > 0).length;
      t.is(seen.filter((name) => name === 'path').length, on === qemu ? moving : 0, result.scenario);
      // What the prototype says that it mapped is held against the ledger, where that is whole.
      const counted = result.steps.flatMap(({checks}) => checks).some(({name}) => name === 'prototype');
      t.is(counted, kernel === 'switch', result.scenario);
    }
  });
}

test.serial('the lab passes no scenario that this list does not hold to its bytes', async (t) => {
  await machineOf('baseline');
  t.deepEqual(
    // lifecycle.test.ts, counted.test.ts, devices.test.ts, families.nightly.test.ts, iommu.test.ts, slots.test.ts, routing.test.ts, offset.test.ts, probe.test.ts, prototypes.test.ts and pairs.test.ts hold the others.
    listScenarios(labRoot)
      .map(({name}) => name)
      .filter(
        (name) =>
          !/^((acs|lifecycle|cmb|map-cost|known-issues|hotplug|iommu|offset|pairs|map-probe|smmuv3|strict)\/|stress\/brief$|conventional$|nic-virtio-from-cmb$|nvme-write-zeroes$)/.test(
            name,
          ),
      ),
    Object.keys(everywhere),
  );
});
