// SPDX-License-Identifier: MIT
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {labRoot} from '../../src/base/paths.ts';
import {listSuites} from '../../src/spec/catalog.ts';
import {readSuite} from '../../src/spec/suite.ts';
import {wrong} from './wrong.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'p2plab-suite-'));
test.after.always(() => {
  rmSync(folder, {recursive: true});
});

function problems(text: string): readonly string[] {
  const file = path.join(folder, 'x.yaml');
  writeFileSync(file, text);
  return wrong(() => readSuite(labRoot, file)).map((line) => line.replace(/^.*x\.yaml/, 'x.yaml'));
}

test('the suites of the lab can be read', (t) => {
  const names = listSuites(labRoot).map(({name, file}) => {
    t.true(readSuite(labRoot, file).value.scenarios.length > 0);
    return name;
  });
  t.deepEqual(names, ['nightly', 'smoke']);
});

test('what a suite names must be there', (t) => {
  const text = `description: any
kernels: [baselin]
variants: [plane]
scenarios: [nvme-copy-same-swich]
exclude:
  - {kernel: switch}
  - {}
`;
  t.regex(problems(text).join('\n'), /x\.yaml:7:5: name a scenario, a kernel or a variant/);
  const found = problems(text.replace('  - {}\n', '')).join('\n');
  t.regex(found, /x\.yaml:2:11: there is no kernel "baselin"/);
  t.regex(found, /x\.yaml:3:12: there is no variant "plane"/);
  t.regex(found, /x\.yaml:4:13: there is no scenario "nvme-copy-same-swich"/);
  t.regex(found, /x\.yaml:6:14: the suite has no kernel switch/);
});

test("a variant's own scenarios are there, and so is the variant", (t) => {
  const text = `description: any
kernels: [baseline]
scenarios: [acs]
variant-scenarios: {counted: [acs], plain: [map-cost/below-provide]}
`;
  const found = problems(text).join('\n');
  t.regex(found, /x\.yaml:4:30: the suite has no variant counted/);
  t.regex(found, /x\.yaml:4:45: .*map-cost\/below-provide/);
});
