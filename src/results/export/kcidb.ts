// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {plain} from '../../spec/variant.ts';
import {sha256} from '../../base/hash.ts';
import {jsonText} from '../../base/json.ts';
import type {Run} from '../queries/run.ts';

/** What KCIDB's objects of one lab begin their ids with. */
const origin = 'p2plab';

/** The longest log_excerpt that is taken. */
const longestExcerpt = 16_384;

const inputsSchema = z.looseObject({
  source: z.looseObject({title: z.string(), key: z.string()}).optional(),
  arch: z.string().optional(),
  compiler: z.string().optional(),
  series: z
    .array(
      z.looseObject({
        name: z.string(),
        patches: z.array(z.looseObject({name: z.string(), sha256: z.string()})),
      }),
    )
    .default([]),
});

/**
 * Runs as a document of KCIDB's schema 5.3 (kcidb_io/schema/v05_03.py): a checkout for each source with its series,
 * a build for each kernel, a test for each run. What the schema has no place for is in `misc`.
 */
export function kcidb(runs: readonly Run[]): string {
  const checkouts = new Map<string, object>();
  const builds = new Map<string, object>();
  for (const {environment} of runs) {
    const {kernel, kernel_key: key, kernel_release: release} = environment;
    const inputs = inputsSchema.parse(JSON.parse(environment.kernel_inputs));
    const patches = inputs.series.flatMap((series) => series.patches);
    const patchset = patches.length === 0 ? '' : sha256(patches.map((patch) => `${patch.sha256}\n`).join(''));
    const checkout = `${origin}:${sha256(`${inputs.source?.key ?? ''} ${patchset}`).slice(0, 20)}`;
    const series = inputs.series.map(({name}) => name);
    checkouts.set(checkout, {
      id: checkout,
      origin,
      comment: clean([inputs.source?.title ?? kernel, ...series].join(' + ')),
      patchset_hash: patchset,
      valid: true,
    });
    const build = `${origin}:${key === '' ? `unbuilt-${kernel}` : key}`;
    builds.set(build, {
      id: build,
      checkout_id: checkout,
      origin,
      comment: clean(release === '' ? kernel : `${kernel}, Linux ${release}`),
      ...(inputs.arch !== undefined && {architecture: inputs.arch}),
      ...(inputs.compiler !== undefined && {compiler: clean(inputs.compiler)}),
      config_name: clean(kernel),
      // What did not build was never tested: KCIDB tells that of the build.
      status: key === '' ? 'FAIL' : 'PASS',
    });
  }
  const document = {
    version: {major: 5, minor: 3},
    checkouts: [...checkouts.values()],
    builds: [...builds.values()],
    tests: runs.map(testOf),
  };
  return jsonText(document, 2);
}

function testOf(run: Run): object {
  const {environment, steps, verdict, reason, knownIssue} = run;
  const log = steps
    .filter((step) => step.verdict !== 'pass' && step.verdict !== 'skip')
    .map((step) => `${step.title}: ${step.verdict}: ${step.reason}`);
  const kernelKey = environment.kernel_key;
  return {
    id: `${origin}:${clean(run.name)}`,
    build_id: `${origin}:${kernelKey === '' ? `unbuilt-${environment.kernel}` : kernelKey}`,
    origin,
    path: ['p2plab', ...run.scenario.split('/'), ...(run.variant === plain ? [] : [run.variant])]
      .map((part) => part.replaceAll(/[^a-zA-Z0-9_-]/g, '_'))
      .join('.'),
    status: statusOf(run),
    comment: clean(reason),
    start_time: run.begun,
    duration: run.duration / 1000,
    ...(log.length > 0 && {log_excerpt: clean(log.join('\n')).slice(0, longestExcerpt)}),
    environment: {
      comment: clean(`${environment.qemu}, ${environment.acceleration} on ${environment.host}`),
      misc: {
        topology: run.topology,
        qemu: environment.qemu,
        acceleration: environment.acceleration,
        host: JSON.parse(environment.host_facts) as unknown,
        image: environment.image,
      },
    },
    misc: {
      ...{variant: run.variant, verdict, ...(knownIssue !== null && {knownIssue})},
      ...(run.fingerprint !== null && {fingerprint: run.fingerprint}),
      ledger: steps.flatMap(({title, ledger}) =>
        ledger.map(({initiator, direction, target, bytes, address, route}) => ({
          ...{step: title, initiator, direction, target, bytes, address},
          ...(route !== null && {route}),
        })),
      ),
      measurements: Object.fromEntries(run.measurements.map(({name, unit, value}) => [name, {value, unit}])),
    },
  };
}

/** The lab's own failure is MISS: neither the kernel nor the scenario is known to be wrong. */
function statusOf({verdict}: Run): 'PASS' | 'FAIL' | 'MISS' | 'SKIP' {
  switch (verdict) {
    case 'pass':
      return 'PASS';
    case 'fail':
    case 'crash':
      return 'FAIL';
    case 'error':
      return 'MISS';
    case 'skip':
      return 'SKIP';
  }
}

/** Text that may hold anything but a NUL and lone surrogates. */
function clean(text: string): string {
  return text.toWellFormed().replaceAll('\0', '�');
}
