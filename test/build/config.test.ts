// SPDX-License-Identifier: MIT
import test from 'ava';
import {configText, mergeFragments, readFragments, refusedSettings} from '../../src/build/config.ts';
import {UsageError} from '../../src/base/errors.ts';

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
