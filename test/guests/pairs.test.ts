// SPDX-License-Identifier: MIT
import './temporary-state.ts';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {labRoot} from '../../src/base/paths.ts';
import {compareDesigns, designNames} from '../../src/runner/designs.ts';
import {scenarioSection} from '../../src/results/designs/page.ts';
import {context, qemu} from './lab.ts';

// All of the page takes ten minutes (`p2plab designs`): here is the tree that tells the designs apart most.
test.serial('each design makes of each pair what the page of the designs says', async (t) => {
  t.timeout(1_800_000, 'building the kernels');
  const [pairs] = ['pairs/two-switches'];
  const {page, results} = await compareDesigns(
    {kernels: designNames, patterns: [pairs], qemu, jobs: 1},
    () => undefined,
    context,
  );
  t.deepEqual(
    results.map(({kernel, verdict, knownIssue}) => `${kernel}: ${verdict} ${knownIssue ?? ''}`),
    ['baseline: fail map-page', 'switch: pass ', 'pagemap: fail map-resource', 'resource: fail map-page'],
    'nothing is wrong but what each design leaves as it is',
  );
  const [scenario] = page.scenarios;
  if (scenario === undefined) return t.fail();
  const published = await readFile(path.join(labRoot, 'docs/designs.md'), 'utf8');
  t.true(
    published.includes(scenarioSection(page, scenario)),
    `docs/designs.md says otherwise:\n${scenarioSection(page, scenario)}`,
  );
});
