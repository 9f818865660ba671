// SPDX-License-Identifier: MIT
import path from 'node:path';
import test from 'ava';
import '../base/temporary-cache.ts';
import {writeTree} from './fake-linux.ts';
import {checkNeeds} from '../../src/build/needs.ts';
import {configText, mergeFragments, readFragments, refusedSettings} from '../../src/build/config.ts';
import {SpecError, UsageError} from '../../src/base/errors.ts';

const common = {name: 'common', text: '# words\nCONFIG_A=y\nCONFIG_B="text"\n# CONFIG_C is not set\n'};
const special = {name: 'special', text: 'CONFIG_C=y\nCONFIG_D=12\n'};

test('a later fragment wins', (t) => {
  const merged = mergeFragments([common, special]);
  t.is(configText(merged), 'CONFIG_A=y\nCONFIG_B="text"\nCONFIG_C=y\nCONFIG_D=12\n');
  t.deepEqual(merged.get('CONFIG_C'), {option: 'CONFIG_C', value: 'y', fragment: 'special', line: 1});
});

test('what did not stick is found, with its line', (t) => {
  const merged = mergeFragments([common, special]);
  const refused = refusedSettings(merged, 'CONFIG_A=m\nCONFIG_B="text"\n# CONFIG_C is not set\n');
  t.deepEqual(
    refused.map(({option, value, got, fragment, line}) => [option, value, got, fragment, line]),
    [
      ['CONFIG_A', 'y', 'm', 'common', 2],
      ['CONFIG_C', 'y', 'n', 'special', 1],
      ['CONFIG_D', '12', 'n', 'special', 2],
    ],
  );
});

test('off is off, whether .config says so or says nothing', (t) => {
  const merged = mergeFragments([common]);
  t.deepEqual(refusedSettings(merged, 'CONFIG_A=y\nCONFIG_B="text"\n'), []);
  t.is(refusedSettings(merged, 'CONFIG_A=y\nCONFIG_B="text"\nCONFIG_C=y\n').length, 1);
});

test("the lab's fragments are read, and one that is not there is named", async (t) => {
  const [fragment] = await readFragments(['common']);
  t.true(mergeFragments(fragment === undefined ? [] : [fragment]).has('CONFIG_PCI_P2PDMA'));
  await t.throwsAsync(readFragments(['nowhere']), {instanceOf: UsageError, message: /nowhere\.config/});
});

/** The lab's fragments with one of a user's on top. */
async function withOwn(text: string): Promise<{readonly file: string; readonly check: () => void}> {
  const file = path.join(writeTree({'my.config': text}), 'my.config');
  const fragments = await readFragments(['common', 'x86_64', file]);
  return {
    file,
    check: () => {
      checkNeeds(fragments);
    },
  };
}

test('what the lab needs cannot be turned off or made a module, whichever of its fragments says so', async (t) => {
  const {file, check} = await withOwn('# mine\nCONFIG_DEBUG_LIST=y\nCONFIG_PCI_P2PDMA=m\n');
  const error = t.throws(check, {instanceOf: SpecError});
  t.is(
    error.message,
    `${file}:3:1: CONFIG_PCI_P2PDMA=m, but the lab needs CONFIG_PCI_P2PDMA=y: Peer-to-peer DMA`,
  );
  t.regex(error instanceof SpecError ? (error.hint ?? '') : '', /images\/config\/common\.config:\d+$/);
  const [common, arch] = await readFragments(['common', 'x86_64']);
  const free: string[] = [];
  for (const setting of mergeFragments([common, arch].filter((one) => one !== undefined)).values()) {
    const {option, value} = setting;
    const others = value === 'y' ? [`${option}=m`, `${option}=n`, `# ${option} is not set`] : [`${option}=y`];
    for (const other of others) {
      const own = await withOwn(`${other}\n`);
      try {
        own.check();
        free.push(option);
      } catch (thrown) {
        t.true(thrown instanceof SpecError && thrown.message.startsWith(`${own.file}:1:1: ${option}=`));
      }
    }
    t.notThrows((await withOwn(`${option}=${value}\n`)).check, 'to say the same does no harm');
  }
  // What is left is a matter of taste.
  t.true(free.includes('CONFIG_PREEMPT_VOLUNTARY'));
  for (const needed of [
    'PCI',
    'MODULES',
    'E1000E',
    'IGB',
    'INTEL_IOMMU',
    'VIRTIO_IOMMU',
    'PVPANIC',
    'BLK_DEV_NVME',
  ])
    t.false(free.includes(`CONFIG_${needed}`), needed);
});

test('a line that sets nothing, or would keep a guest from working, is refused', async (t) => {
  for (const line of [
    'CONFIG_X = y',
    'CONFIG_X=Y',
    'X=y',
    'CONFIG_X',
    'config_x=y',
    'CONFIG_X=y # yes',
    'CONFIG_X=',
  ]) {
    const {file, check} = await withOwn(`CONFIG_DEBUG_LIST=y\n${line}\n`);
    t.throws(check, {instanceOf: SpecError, message: `${file}:2:1: "${line}" sets no option`}, line);
  }
  t.throws((await withOwn('CONFIG_MODULE_SIG_FORCE=y\n')).check, {
    message: /would not load the lab's modules/,
  });
  const fine =
    '# words\n\nCONFIG_A=m\r\nCONFIG_B="a b"\nCONFIG_C=-12\nCONFIG_D=0x1F\n# CONFIG_E is not set\n#CONFIG_F=y\n';
  t.notThrows((await withOwn(fine)).check);
});
