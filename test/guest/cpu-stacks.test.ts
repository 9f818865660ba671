// SPDX-License-Identifier: MIT
import test from 'ava';
import {nameAddresses} from '../../src/build/addresses.ts';
import {readCpuStacks} from '../../src/guest/cpu-stacks.ts';

/** As QEMU 10.0.2 prints them: target/i386/cpu-dump.c, monitor/hmp-cmds-target.c. */
const registers = `
CPU#0
RAX=0000000000000000 RBX=0000000000000000 RCX=0000000000000000 RDX=0000000000000000
RSI=0000000000000000 RDI=0000000000000000 RBP=ffffc90000013e80 RSP=ffffc90000013e70
RIP=ffffffff81000105 RFL=00000046 [---Z-P-] CPL=0 II=0 A20=1 SMM=0 HLT=0

CPU#1
RBP=0000000000000000 RSP=ffffc90000013e70
RIP=ffffffff81000205 RFL=00000246 [---Z-P-] CPL=0 II=0 A20=1 SMM=0 HLT=1
`;

const memory: Readonly<Record<string, string>> = {
  'x /2gx 0xffffc90000013e80': 'ffffc90000013e80: 0xffffc90000013eb0 0xffffffff81000310\r\n',
  // It does not go up: the end.
  'x /2gx 0xffffc90000013eb0': 'ffffc90000013eb0: 0xffffc90000013e00 0xffffffff81000405\r\n',
};

test('the stacks of CPUs that do not answer are followed by their frame pointers', async (t) => {
  const asked: unknown[] = [];
  const execute = (_command: string, args: Readonly<Record<string, unknown>> = {}): Promise<unknown> => {
    asked.push(args);
    const line = String(args['command-line']);
    return Promise.resolve(
      line === 'info registers -a' ? registers : (memory[line] ?? 'Cannot access memory'),
    );
  };
  t.deepEqual(await readCpuStacks({execute}), [
    {cpu: 0, addresses: [0xffffffff81000105n, 0xffffffff81000310n, 0xffffffff81000405n], halted: false},
    {cpu: 1, addresses: [0xffffffff81000205n], halted: true},
  ]);
  t.deepEqual(asked[1], {'command-line': 'x /2gx 0xffffc90000013e80', 'cpu-index': 0});
});

test('an address is named by the function before it; one of a module by none', (t) => {
  const table = [
    '0000000000000000 D per_cpu',
    'ffffffff81000100 T nvme_poll',
    'ffffffff81000120 t nvme_wait_ready',
    'ffffffff81000400 T last',
    'ffffffff81000500 D _edata',
    '',
  ].join('\n');
  t.deepEqual(
    nameAddresses(table, [0xffffffff81000105n, 0xffffffff81000310n, 0xffffffffa0000010n, 0x400000n]),
    [
      {symbol: 'nvme_poll', offset: 5, size: 0x20},
      {symbol: 'nvme_wait_ready', offset: 0x1f0, size: 0x2e0},
      undefined,
      undefined,
    ],
  );
});
