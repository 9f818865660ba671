// SPDX-License-Identifier: MIT
import test from 'ava';
import {HostError} from '../../src/base/errors.ts';
import {parseForwardedPort} from '../../src/guest/guest.ts';
import {parseVersion} from '../../src/guest/qemu-binary.ts';

test('the port that QEMU chose, among other connections', (t) => {
  const text = [
    'Hub -1 (lab-net):',
    '  Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ',
    '  TCP[ESTABLISHED]   14       127.0.0.1 41234       10.0.2.15    22     0     0',
    '  TCP[HOST_FORWARD]  12       127.0.0.1 38571       10.0.2.15    22     0     0',
    '',
  ].join('\r\n');
  t.is(parseForwardedPort(text), 38_571);
  t.throws(() => parseForwardedPort('Hub -1 (lab-net):\r\n'), {instanceOf: HostError});
});

test('versions as distributions print them', (t) => {
  const debian =
    'QEMU emulator version 10.0.2 (Debian 1:10.0.2+ds-2+deb13u1~bpo12+1)\nCopyright (c) 2003-2025';
  t.deepEqual(parseVersion(debian), {major: 10, minor: 0, text: '10.0.2'});
  t.deepEqual(parseVersion('QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)'), {
    major: 7,
    minor: 2,
    text: '7.2.22',
  });
  t.deepEqual(parseVersion('9.1.50'), {major: 9, minor: 1, text: '9.1.50'});
  t.throws(() => parseVersion('qemu: not found'), {instanceOf: HostError});
});
