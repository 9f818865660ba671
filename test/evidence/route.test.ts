// SPDX-License-Identifier: MIT
import test from 'ava';
import {Routes} from '../../src/evidence/route.ts';
import {parseTrace} from '../helpers/parse-trace.ts';

const routes = (...lines: readonly string[]): Routes => new Routes(parseTrace(lines.join('\n')));
const given = (address: number, bytes: number, from = -1) => ({address, bytes, from});

test('requests of one way are one piece, however a device cuts them', (t) => {
  const seen = routes(
    'pci_dma src 03:00.0 write 0x1000+0x800 turned sw0',
    'pci_dma src 03:00.0 write 0x1800+0x800 turned sw0',
  );
  t.deepEqual(seen.follow('src', 'write', given(0x1000, 0x1000)), [
    {address: 0x1000, bytes: 0x1000, route: 'peer-to-peer', by: 'sw0'},
  ]);
});

test('what takes two ways is two pieces', (t) => {
  const seen = routes(
    'pci_dma src 03:00.0 read 0x1000+0x800 blocked sw0.1',
    'pci_dma src 03:00.0 read 0x1800+0x800 up -',
  );
  t.deepEqual(seen.follow('src', 'read', given(0x1400, 0x800)), [
    {address: 0x1400, bytes: 0x400, route: 'blocked', by: 'sw0.1'},
    {address: 0x1800, bytes: 0x400, route: 'upstream'},
  ]);
});

test("another device's request, another direction and one before say nothing", (t) => {
  const seen = routes(
    'pci_dma src 03:00.0 write 0x1000+0x1000 up -',
    'pci_dma dst 04:00.0 write 0x1000+0x1000 turned sw0',
    'pci_dma src 03:00.0 read 0x1000+0x1000 turned sw0',
    'pci_dma src 03:00.0 write 0x2000+0x1000 turned sw0',
  );
  t.is(seen.follow('src', 'write', given(0x1000, 0x1000, 0)), undefined);
  t.deepEqual(seen.follow('src', 'write', given(0x1000, 0x1000)), [
    {address: 0x1000, bytes: 0x1000, route: 'upstream'},
  ]);
});

test('a request for which there is no whole trace is told as such', (t) => {
  const seen = routes('pci_dma src 03:00.0 write 0x1000+0x800 turned sw0');
  t.is(seen.follow('src', 'write', given(0x1000, 0x1000)), undefined);
});
