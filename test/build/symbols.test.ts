// SPDX-License-Identifier: MIT
import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {linesOf, parseSymbols, tidy} from '../../src/build/symbols.ts';

const source = `
__attribute__((section(".init.text"))) int begin(int *p)
{
	return *p;
}

static int twice(int *p)
{
	return *p;
}

int outer(int *p)
{
	return 2 *
	       twice(p);
}

int main(void)
{
	int one = 1;

	return outer(&one) + begin(&one);
}
`;

/** A folder that is laid out as a kernel's source is. */
function compiled(args: readonly string[], name: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'p2plab-symbols-'));
  process.on('exit', () => {
    rmSync(folder, {recursive: true, force: true});
  });
  const from = path.join(folder, 'linux/drivers/pci');
  mkdirSync(from, {recursive: true});
  writeFileSync(path.join(from, 'p2pdma.c'), source);
  const file = path.join(folder, name);
  execFileSync('gcc', ['-O0', ...args, '-o', file, path.join(from, 'p2pdma.c')]);
  return file;
}

const at = (symbol: string, offset: number, exact = true) => ({symbol, offset, size: 0x80, exact});

for (const [what, args, name] of [
  ['a linked program', ['-g', '-no-pie'], 'vmlinux'],
  ['a module, which is not linked', ['-g', '-c'], 'one.ko'],
] as const) {
  test(`places in ${what} are lines of its source`, async (t) => {
    const file = compiled(args, name);
    const lines = await linesOf(file, 'x86_64', [
      at('begin', 0),
      at('outer', 0),
      at('twice', 1),
      at('gone', 0),
    ]);
    t.deepEqual(lines, [
      'drivers/pci/p2pdma.c:3',
      'drivers/pci/p2pdma.c:13',
      'drivers/pci/p2pdma.c:8',
      undefined,
    ]);
  });
}

test('where a CPU is to return to, the line is that of the call', async (t) => {
  const file = compiled(['-g', '-c'], 'one.ko');
  const code = execFileSync('objdump', ['-d', '--disassemble=outer', file], {encoding: 'utf8'}).split('\n');
  const call = code.findIndex((line) => /\bcall\b/.test(line));
  const start = code.find((line) => /<outer>:$/.test(line)) ?? '';
  const next = code.slice(call + 1).find((line) => /^\s+[0-9a-f]+:\t.*\t\S/.test(line)) ?? '';
  const offset = Number.parseInt(next.trim(), 16) - Number.parseInt(start, 16);
  const [back] = await linesOf(file, 'x86_64', [at('outer', offset, false)]);
  t.is(back, 'drivers/pci/p2pdma.c:15');
});

test('without line tables, or without the file, nothing is told', async (t) => {
  t.deepEqual(await linesOf(compiled(['-c'], 'one.ko'), 'x86_64', [at('outer', 0)]), [undefined]);
  t.deepEqual(await linesOf('/nowhere/vmlinux', 'x86_64', [at('outer', 0)]), [undefined]);
});

test('of functions of one name each is known by its section, its address and its size', (t) => {
  const table = [
    'ffffffff81000010 l     F .text\t0000000000000040 init',
    'ffffffff81000090 l     F .text\t0000000000000010 init',
    '0000000000000000 g     F .init.text\t0000000000000007 .hidden begin',
    'ffffffff81000000 g       .text\t0000000000000000 other',
  ].join('\n');
  const symbols = parseSymbols(table, new Set(['init', 'begin']));
  t.deepEqual(symbols.get('init'), [
    {section: '.text', address: 0xffffffff81000010n, size: 0x40},
    {section: '.text', address: 0xffffffff81000090n, size: 0x10},
  ]);
  t.deepEqual(symbols.get('begin'), [{section: '.init.text', address: 0n, size: 7}]);
});

test('a line is told from the root of its source on', (t) => {
  t.is(tidy('/tmp/trees/x/linux/drivers/pci/p2pdma.c:12 (discriminator 3)'), 'drivers/pci/p2pdma.c:12');
  t.is(tidy('../../linux/include/linux/list.h:7'), 'include/linux/list.h:7');
  t.is(tidy('/c/modules/k-build-aB3xyz/modules/ailing/fault.c:31'), 'ailing/fault.c:31', 'in older logs');
  t.is(tidy('/c/objects/ab12-my-module/modules/my-module/fault.c:31'), 'my-module/fault.c:31');
  t.is(tidy('/c/kits/63746b0f7a/./include/linux/slab.h:894'), 'include/linux/slab.h:894');
  t.is(tidy('??:0'), undefined);
  t.is(tidy('drivers/pci/p2pdma.c:?'), undefined);
});
