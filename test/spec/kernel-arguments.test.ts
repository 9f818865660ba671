// SPDX-License-Identifier: MIT
import test from 'ava';
import {scenarioSchema} from '../../src/scenario/scenario-file.ts';
import {parseSpec} from '../../src/spec/yaml.ts';
import {wrong} from './wrong.ts';

const read = (given: string) =>
  parseSpec(
    `description: x\ntopology: t\nkernel-arguments: ${given}\nsteps:\n  - run: {command: [a]}\n`,
    'x.yaml',
    scenarioSchema,
  ).value.kernelArguments;

test('kernel arguments are taken as they stand, one a list item', (t) => {
  const given = [
    'log_buf_len=4M',
    'dyndbg="file drivers/pci/p2pdma.c +p"',
    'pci=noaer,nomsi',
    'nokaslr',
    'swiotlb=65536',
  ];
  t.deepEqual(read(JSON.stringify(given)), given);
  t.deepEqual(read('[]'), []);
});

const refused: readonly [argument: string, hint: RegExp][] = [
  ['iommu=pt', /iommu-mode/],
  ['iommu.strict=0', /iommu-mode/],
  ['iommu.passthrough=1', /iommu-mode/],
  ['intel_iommu=sm_on,off', /iommu-mode/],
  ['intel-iommu=on', /iommu-mode/],
  ['amd_iommu=off', /iommu-mode/],
  ['pci=nomsi,disable_acs_redir=0000:00:01.0;0000:00:02.0', /"acs"/],
  ['pci=config_acs=xx11xx@0000:00:01.0', /"acs"/],
  ['pcie_ports=compat', /hotplug/],
  ['swiotlb=force', /swiotlb: force/],
  ['swiotlb=65536,noforce', /swiotlb: force/],
  ['mem=256M', /"memory"/],
  ['maxcpus=1', /"cpus"/],
  ['nvme.use_cmb_sqs=0', /queues/],
  ['quiet', /console/],
  ['panic=10', /crashes/],
  ['init=/bin/sh', /image/],
  ['--', /init/],
];

for (const [argument, hint] of refused) {
  test(`refused, for the lab models or needs it: ${argument}`, (t) => {
    const [first = '', second = ''] = wrong(() => read(JSON.stringify([argument])));
    t.regex(first, /^x\.yaml:3:20: the lab cannot predict what the kernel does with "/);
    t.regex(second, hint);
  });
}

for (const argument of ['two words', '"a=b"', 'a="b', '', '=x']) {
  test(`not one argument: ${JSON.stringify(argument)}`, (t) => {
    t.regex(wrong(() => read(JSON.stringify([argument])))[0] ?? '', /^x\.yaml:3:20: .*not a kernel argument/);
  });
}

test('more than the kernel takes is an error', (t) => {
  const many = JSON.stringify(Array.from({length: 100}, (_, index) => `log_buf_len=${index}`));
  t.regex(wrong(() => read(many))[0] ?? '', /more than 1024 characters/);
});
