// SPDX-License-Identifier: MIT
import test from 'ava';
import type {Acceleration} from '../../src/guest/acceleration.ts';
import {bootArguments} from '../../src/guest/boot-arguments.ts';
import {platforms} from '../../src/topology/platform.ts';

const words = (name: Acceleration['name']): string =>
  bootArguments({
    acceleration: {name, why: 'any'},
    platform: platforms.q35,
    ...{machine: [], kernel: 'k', initrd: 'i', commandLine: []},
  }).join(' ');

test('instructions are counted where a variant asks for it, and an idle guest waits', (t) => {
  t.regex(words('tcg'), /^-accel tcg -kernel/);
  t.regex(words('kvm'), /^-accel kvm -kernel/);
  t.regex(words('tcg-icount'), /^-accel tcg -icount shift=0,sleep=on -kernel/);
});
