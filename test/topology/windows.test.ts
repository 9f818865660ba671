// SPDX-License-Identifier: MIT
import {fc, testProp} from '@fast-check/ava';
import test from 'ava';
import {busAddressOf, cpuAddressOf, windowsOf} from '../../src/topology/windows.ts';

const memory = 2 ** 30;

const windows = fc
  .record({
    base: fc.integer({min: 0x10, max: 0x30}).map((unit) => unit * 0x100_0000),
    cpu: fc.constant(3 * memory),
    inbound: fc.constantFrom('identity' as const, 'aliasing' as const),
  })
  .map((bus) => windowsOf({bus, memory}));

testProp(
  'what the CPU reaches on the bus it finds again',
  [windows, fc.double({min: 0, max: 0.999999, noNaN: true})],
  (t, given, part) => {
    for (const window of [given?.outbound, given?.inbound]) {
      if (window === undefined) return t.fail('no window');
      const cpu = window.cpu + Math.floor(part * window.size);
      const bus = busAddressOf(given, cpu);
      t.is(bus, window.bus + (cpu - window.cpu));
      t.is(bus === undefined ? undefined : cpuAddressOf(given, bus), cpu);
    }
  },
);

testProp('the windows do not overlap, on either side', [windows], (t, given) => {
  if (given === undefined) return t.fail('no window');
  const {outbound, inbound} = given;
  for (const side of ['cpu', 'bus'] as const) {
    const [first, second] = [outbound, inbound].toSorted((a, b) => a[side] - b[side]);
    t.true((first?.[side] ?? 0) + (first?.size ?? 0) <= (second?.[side] ?? 0));
  }
});

testProp(
  "in the aliasing case a device's address for the CPU is one of memory on the bus, else it is none",
  [windows, fc.integer({min: 0, max: 0xfff_ffff})],
  (t, given, offset) => {
    if (given === undefined) return t.fail('no window');
    const untranslated = cpuAddressOf(given, given.outbound.cpu + offset);
    const aliases = given.inbound.bus !== given.inbound.cpu;
    t.is(untranslated, aliases ? (given.alias?.cpu ?? NaN) + offset : undefined);
  },
);

test("where there are no windows, the bus has the CPU's addresses", (t) => {
  t.is(windowsOf({memory}), undefined);
  t.is(busAddressOf(undefined, 0x1234), 0x1234);
  t.is(cpuAddressOf(undefined, 0x1234), 0x1234);
});
