// SPDX-License-Identifier: MIT
import type {Platform} from './platform.ts';
import {labDeviceArguments} from './qemu.ts';

/** Backends of the lab's own channels, as `-chardev` takes them: `socket,fd=3`, `stdio`, `null`. */
export interface ControlChannels {
  /** Undefined where nobody will speak QMP. */
  readonly qmp: string | undefined;
  readonly console: string;
  readonly port: string;
  /** The file that QEMU's trace backend writes. */
  readonly trace: string;
}

/** QEMU's name for the console's backend. */
export const consoleId = 'lab-console';

/**
 * The devices by which the lab itself talks to a guest. Where they are PCI functions they sit on the root complex, outside the tested
 * tree, in slots that no topology can take: a NIC for ssh at 00:1d.0 and pvpanic at 00:1c.0, by which a
 * panic becomes an event of QMP. QEMU chooses the forwarded port, so that guests never race for one.
 */
export function controlArguments(
  platform: Platform,
  {qmp, console, port, trace}: ControlChannels,
): readonly string[] {
  const monitor =
    qmp === undefined
      ? ['-monitor', 'none']
      : ['-chardev', withId(qmp, 'lab-qmp'), '-mon', 'chardev=lab-qmp,mode=control'];
  return [
    ...monitor,
    ...Array.from({length: platform.serial.before}, () => ['-serial', 'null']).flat(),
    ...['-chardev', withId(console, consoleId), '-serial', `chardev:${consoleId}`],
    ...['-chardev', withId(port, 'lab-port'), '-serial', 'chardev:lab-port'],
    ...labDeviceArguments(platform, ['restrict=on', 'hostfwd=tcp:127.0.0.1:0-:22']),
    ...['-D', trace],
    ...['-no-reboot', '-action', 'panic=none'],
  ];
}

function withId(backend: string, id: string): string {
  const [kind = '', ...options] = backend.split(',');
  return [kind, `id=${id}`, ...options].join(',');
}
