// SPDX-License-Identifier: MIT
import {globSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {fc, testProp} from '@fast-check/ava';
import test from 'ava';
import {type KernelReport, kernelReports} from '../../src/evidence/kernel-log.ts';

/**
 * Logs of kernels that report something, and of some that only seem to: NAME.txt, and NAME.json with what they
 * report. `provoked` ones are of real guests (provoke.ts); the others are written down from the kernel's source.
 */
const folder = path.join(import.meta.dirname, 'reports');

interface Golden {
  readonly origin: string;
  readonly reports: readonly Pick<KernelReport, 'kind' | 'title' | 'function' | 'trace' | 'place'>[];
}

const names = globSync('*.txt', {cwd: folder})
  .map((name) => path.basename(name, '.txt'))
  .toSorted();
const log = (name: string): string => readFileSync(path.join(folder, `${name}.txt`), 'utf8');
const golden = (name: string): Golden =>
  JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8')) as Golden;

/** Of a report what a golden file has. */
const told = ({kind, title, function: name, trace, place}: KernelReport): Golden['reports'][number] => ({
  kind,
  title,
  ...(name !== undefined && {function: name}),
  trace,
  ...(place !== undefined && {place}),
});

for (const name of names) {
  test(name, (t) => {
    const {origin, reports} = golden(name);
    t.regex(origin, /^(provoked$|source: \S)/);
    t.is(reports.length === 0, name.startsWith('benign-'), 'what is benign is no report, and all else is');
    t.deepEqual(kernelReports(log(name)).map(told), reports);
  });
}

test('there are many kinds, most of them from real guests', (t) => {
  const all = names.map(golden);
  const titles = new Set(all.flatMap(({reports}) => reports.map(({title}) => title.replace(/ in .*/, ''))));
  t.true(titles.size >= 60, `${titles.size} kinds`);
  t.true(all.filter(({origin}) => origin === 'provoked').length >= 35);
  t.true(names.filter((name) => name.startsWith('benign-')).length >= 8);
});

test('no trace names what reports, nor has it offsets', (t) => {
  for (const name of names) {
    for (const {trace} of golden(name).reports) {
      t.true(trace.length <= 12, name);
      for (const one of trace) t.regex(one, /^[A-Za-z_$][\w$]*$/, name);
      t.notRegex(trace[0] ?? '', /dump_stack|kasan|lockdep|__warn|print_|panic/, name);
    }
  }
});

/** What other CPUs may print between two lines of a report. */
const benign = [
  'nvme nvme0: 1/0/0 default/read/poll queues',
  'e1000e 0000:05:00.0 eth1: NIC Link is Up 1000 Mbps Full Duplex',
  'random: crng init done',
  'pcieport 0000:00:01.0: pciehp: Slot(0): Link Up',
  'audit: type=1400 audit(1.2:3): panics are rare, and bugs too',
];

const prefixes = fc.constantFrom(
  (at: number) => `[${at.toFixed(6).padStart(12)}] `,
  (at: number) => `[${at.toFixed(6).padStart(12)}][   T48] `,
  (at: number) => `[${at.toFixed(6).padStart(12)}] [    C0] `,
  (at: number) => `<4>[${at.toFixed(6).padStart(12)}] `,
  () => '',
);

testProp(
  'a report is the same with other time stamps, prefixes, line ends and other messages in between',
  [
    fc.constantFrom(...names),
    prefixes,
    fc.float({min: 0, max: 99_999, noNaN: true}),
    fc.array(fc.tuple(fc.nat(200), fc.constantFrom(...benign)), {maxLength: 8}),
    fc.boolean(),
  ],
  (t, name, prefix, begun, between, crlf) => {
    const lines = log(name)
      .split('\n')
      .map((line) => line.replace(/^\[\s*[\d.]+\]\s?/, ''));
    // A warning's message is what is printed between the cut and its first line: there another CPU would have to
    // be quick.
    const cuts = lines.flatMap((line, index) => (line.includes('[ cut here ]') ? [index] : []));
    for (const [at, line] of between.toSorted(([a], [b]) => b - a)) {
      const where = Math.min(at, lines.length);
      if (!cuts.some((cut) => where > cut && where <= cut + 3)) lines.splice(where, 0, line);
    }
    const changed = lines
      .map((line, index) => `${prefix(begun + index / 1e4)}${line}`)
      .join(crlf ? '\r\n' : '\n');
    const [first] = kernelReports(changed);
    const [expected] = golden(name).reports;
    t.deepEqual(first && told(first), expected);
  },
  {numRuns: 500},
);

testProp(
  'whatever a guest writes, reading it takes no longer than its length allows',
  [fc.constantFrom('x', 'BUG: ', 'a: detected ', 'WARNING: possible ', '? a+0x', ' '), fc.nat(3)],
  (t, piece, lines) => {
    const begun = performance.now();
    kernelReports(Array.from({length: lines + 1}, () => piece.repeat(100_000)).join('\n'));
    t.true(performance.now() - begun < 5000);
  },
  {numRuns: 24},
);
