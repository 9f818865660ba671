// SPDX-License-Identifier: MIT
import test from 'ava';
import {type Finding, findingSchemas, readFinding} from '../../src/verdict/finding.ts';
import {renderCause, renderFinding} from '../../src/verdict/render.ts';
import {compareGolden} from '../topology/golden.ts';
import {examples} from './examples.ts';

// The compiler sees to it that each code has an example of its own parameters.
const findings = Object.entries(examples).map(([code, rest]) => ({code, ...rest}) as Finding);

test('each code has its sentence', (t) => {
  t.deepEqual(Object.keys(examples).toSorted(), Object.keys(findingSchemas).toSorted());
  const lines = findings.map((finding) => `${finding.code}: ${renderFinding(finding)}\n`);
  compareGolden(t, '../../verdict/golden/sentences.txt', lines.join(''));
});

test('a finding that was stored is read as it was', (t) => {
  for (const finding of findings) t.deepEqual(readFinding(JSON.parse(JSON.stringify(finding))), finding);
  t.is(readFinding({code: 'disk-differs', subject: 'dst', parameters: {bytes: 'many'}}), undefined);
  t.is(readFinding({code: 'of-tomorrow', parameters: {}}), undefined);
  t.is(readFinding(undefined), undefined);
});

test('a reason names the step, the known issue and the check', (t) => {
  const finding: Finding = {code: 'disk-differs', ...examples['disk-differs']};
  t.regex(
    renderCause({finding, check: 'disk', step: 'copy', others: 1}),
    /^copy: disk dst: .* \(and 1 more\)$/,
  );
  const crash: Finding = {code: 'crash', ...examples.crash};
  t.regex(renderCause({finding: crash, issue: 'acs-list'}), /^known issue acs-list: oops: /);
});
