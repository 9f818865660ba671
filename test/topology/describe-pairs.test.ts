// SPDX-License-Identifier: MIT
import test from 'ava';
import {labRoot} from '../../src/base/paths.ts';
import {describePairs} from '../../src/topology/describe-pairs.ts';
import {loadTopology} from '../../src/topology/plan-topology.ts';
import {renderFinding} from '../../src/verdict/render.ts';

const pairs = test.macro((t, name: string, ...lines: readonly string[]) => {
  t.deepEqual(describePairs(loadTopology(labRoot, name), renderFinding), lines);
});

test(
  'below one switch',
  pairs,
  'nic-switch',
  'src to cmb (CMB 16 MiB), distance 4: bus-addr, by bus address; sw0 is upstream of both src and cmb',
  'nic0 to cmb (CMB 16 MiB), distance 4: bus-addr, by bus address; sw0 is upstream of both nic0 and cmb',
);
test(
  'a display',
  pairs,
  'nvme-display',
  'src to display (VRAM 16 MiB), distance 4: bus-addr, by bus address; sw0 is upstream of both src and display',
);
test(
  'across root ports',
  pairs,
  'nvme-root-ports',
  ...['src', 'dst'].map(
    (id) =>
      `${id} to cmb (CMB 16 MiB), distance 4: not-supported, refused; no bridge is upstream of both ${id} and cmb, and host bridge 8086:29c0 is not on Linux' p2pdma whitelist`,
  ),
);
test(
  'through the host bridge of a machine whose IOMMU translates',
  pairs,
  'iommu/vtd-strict',
  ...['src', 'dst', 'nic0'].map(
    (id) =>
      `${id} to cmb (CMB 16 MiB), distance 4: thru-host-bridge, through the host bridge, by an IOVA; no bridge is upstream of both ${id} and cmb, but Linux allows peer-to-peer DMA through an AMD Zen host bridge`,
  ),
);
test(
  'below a switch of a machine whose IOMMU translates',
  pairs,
  'iommu/vtd-switch',
  ...['src', 'dst'].map(
    (id) =>
      `${id} to cmb (CMB 16 MiB), distance 4: bus-addr, by bus address; sw0 is upstream of both ${id} and cmb; stock QEMU does not route below the root complex: the IOMMU faults the bus address by which ${id} reaches cmb`,
  ),
);
test('without peers', pairs, 'empty', 'There is no peer that any device could reach.');
