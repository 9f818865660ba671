// SPDX-License-Identifier: MIT
// Measures the lab against the bare thing in one go, and prints a line a figure:
//   NAME: R x bare (LAB s / BARE s)
// The two take turns, so that a machine whose speed drifts does not decide; medians are printed.
import {existsSync} from 'node:fs';
import {rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {$, glob} from 'zx';
import {module, rebuild} from './developer.ts';
import {type Figure, jobs, lab, launcher, quiet, scenario, work} from './figure.ts';
import {benchResults} from './results.ts';

const rounds = 7;

async function seconds(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** A scenario by the lab, against the same machine, boot and copy, and a power-off, by QEMU alone. */
async function alone(name: string, scenario: string): Promise<Figure> {
  // Whatever is built and probed once is not measured.
  const reproduce = path.join(await lab(scenario), 'reproduce.sh');
  if (!existsSync(reproduce)) throw new Error(`there is no ${reproduce}`);
  return {
    name,
    lab: async () => {
      await lab(scenario);
    },
    bare: async () => {
      await quiet`TRACE=0 ${reproduce} ${work}`;
    },
  };
}

/**
 * A suite of 60 runs, against the same guests by QEMU alone, as many side by side. Only scenarios whose guests can be
 * booted and driven without the lab are in it.
 */
async function suite(name: string): Promise<Figure> {
  const file = path.join(work, 'sixty.yaml');
  const state = path.join(work, 'state');
  const kernels = ['baseline', 'switch', 'pagemap'];
  await writeFile(
    file,
    JSON.stringify({description: 'to be measured', kernels, scenarios: sixty, retries: 0}),
  );
  const run = $({
    quiet: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {...process.env, XDG_STATE_HOME: state},
  });
  const nightly = async (): Promise<void> => {
    await run`${launcher} nightly ${file} --no-resume --jobs ${jobs}`;
  };
  await nightly();
  const scripts = await glob(path.join(state, 'p2plab/runs/*/reproduce.sh'));
  if (scripts.length !== sixty.length * kernels.length)
    throw new Error(`there are ${scripts.length} scripts`);
  return {
    name,
    rounds: 3,
    lab: nightly,
    bare: async () => {
      const waiting = [...scripts];
      const next = async (number: number): Promise<void> => {
        for (let script = waiting.pop(); script !== undefined; script = waiting.pop()) {
          await quiet`TRACE=0 ${script} ${path.join(work, `bare-${number}`)}`;
        }
      };
      await Promise.all(Array.from({length: jobs}, (_, number) => next(number)));
    },
  };
}

/** A scenario on a QEMU that routes, against the same on the machine's own. */
async function routing(name: string, scenario: string): Promise<Figure> {
  await lab('--qemu', 'routed', scenario);
  return {
    name,
    lab: async () => {
      await lab('--qemu', 'routed', scenario);
    },
    bare: async () => {
      await lab('--qemu', 'stock', scenario);
    },
  };
}

/** Bare is the lab itself with one guest at a time: 0.77 is 1.3 times the throughput. */
function sideBySide(name: string): Figure {
  return {
    name,
    lab: async () => {
      await lab(...several, '--jobs', '2');
    },
    bare: async () => {
      await lab(...several, '--jobs', '1');
    },
  };
}

const several = [
  scenario,
  'nvme-copy-cascaded-switches',
  'host-memory-only',
  'refused-across-root-ports',
  'through-host-bridge',
  'nic-from-cmb',
];
const sixty = [
  ...several,
  ...['nvme-to-display', 'queue-in-own-memory', 'nic-through-host-bridge', 'nics-from-cmb'],
  ...['iommu/vtd-strict', 'iommu/vtd-lazy', 'iommu/vtd-passthrough', 'iommu/below-switch'],
  ...[
    'acs/redirect-refused',
    'acs/switch-redirect-refused',
    'acs/vtd-redirects',
    'acs/nested-outer-redirects',
  ],
  ...['iommu/amd-vi-strict', 'iommu/virtio-strict'],
];

/** By the names that `npm run bench -- NAME…` takes; all of them if none is given. */
const figures: Readonly<Record<string, (name: string) => Promise<Figure>>> = {
  'one-scenario': (name) => alone(name, scenario),
  'one-scenario-imx8mp-evk': (name) => alone(name, 'offset/copy-identity'),
  routed: (name) => routing(name, scenario),
  // Eight devices below a switch, and all that each of them can reach.
  'routed-pairs': (name) => routing(name, 'pairs/switch'),
  'jobs-2': (name) => Promise.resolve(sideBySide(name)),
  'suite-60': suite,
  module,
  rebuild,
};

/** Both ways in turn, and the medians as a line. */
async function measured(figure: Figure): Promise<string> {
  const labTimes: number[] = [];
  const bareTimes: number[] = [];
  const ratios: number[] = [];
  for (let round = 0; round < (figure.rounds ?? rounds); round++) {
    const bare = await seconds(figure.bare);
    const time = await seconds(figure.lab);
    bareTimes.push(bare);
    labTimes.push(time);
    ratios.push(time / bare);
  }
  const [ratio, labTime, bareTime] = [median(ratios), median(labTimes), median(bareTimes)];
  return `${figure.name}: ${ratio.toFixed(2)} x bare (${labTime.toFixed(2)} s / ${bareTime.toFixed(2)} s)`;
}

try {
  const names = process.argv.slice(2);
  const unknown = names.find((name) => name !== 'results' && !(name in figures));
  if (unknown !== undefined)
    throw new Error(`there is no ${unknown}: ${Object.keys(figures).join(', ')}, results`);
  for (const [name, figure] of Object.entries(figures))
    if (names.length === 0 || names.includes(name)) console.log(await measured(await figure(name)));
  if (names.length === 0 || names.includes('results')) await benchResults();
} finally {
  await rm(work, {recursive: true, force: true});
}
