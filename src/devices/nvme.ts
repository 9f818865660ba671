// SPDX-License-Identifier: MIT
import {formatBytes} from '../base/bytes.ts';
import {multipleOf} from '../base/size.ts';
import {cmbUnit, isRegistered, isStockCmb} from './cmb.ts';
import {endpointType} from './device-type.ts';
import {type DeviceFiles, fileOf, option, prefixed, type Properties} from './qemu-option.ts';

interface Nvme {
  /** Sizes in bytes. */
  readonly disk?: number | undefined;
  readonly cmb?: number | undefined;
  /** Unique over the topology, so that QEMU's trace names the controller. There is one if there is a disk. */
  readonly nsid?: number | undefined;
}

/**
 * What Linux keeps of a CMB for itself: an I/O queue a CPU, each of 1024 entries of 64 bytes
 * (drivers/nvme/host/pci.c, nvme_alloc_sq_cmds).
 */
const queueBytes = 64 * 1024;

/** QEMU, hw/nvme. */
export const nvme = endpointType({
  name: 'nvme',
  description: 'NVMe controller: an initiator, and a provider if it has a CMB.',
  keys: {
    disk: multipleOf(4096).optional().describe('Size of the namespace. Default: no namespace.'),
    cmb: multipleOf(cmbUnit)
      .optional()
      .describe(
        'Size of the controller memory buffer (CMB). Linux registers it as P2PDMA memory if it is a multiple of 2 MiB. Stock QEMU supports powers of two from 1 MiB. Default: no CMB.',
      ),
  },
  identity: {vendor: 0x1b36, device: 0x0010},
  essential: true,
  boundAtBoot: true,
  maskBits: 64,
  traceEvents: [
    'pci_nvme_admin_cmd',
    'pci_nvme_io_cmd',
    'pci_nvme_read',
    'pci_nvme_write',
    'pci_nvme_map_addr',
    'pci_nvme_rw_cb',
    'pci_nvme_err_aio',
    'pci_nvme_enqueue_req_completion',
    'pci_nvme_err_req_status',
  ],
  controller: {
    disk: ({disk}: Nvme) => disk,
    nsid: ({nsid}: Nvme) => nsid,
  },
  provider: {
    kind: 'CMB',
    bar: 2,
    wide: true,
    region: 'nvme-cmb',
    registeredAtBoot: true,
    size: ({cmb}: Nvme) => cmb,
    isRegistered,
    isStockSize: isStockCmb,
    usable: (size, cpus) => Math.max(0, size - cpus * queueBytes),
  },
  details({disk, cmb}, numbers): Nvme {
    return {
      ...(disk !== undefined && {disk, nsid: numbers.namespace()}),
      ...(cmb !== undefined && {cmb}),
    };
  },
  initiates: ({disk}) => disk !== undefined,
  text: ({disk, cmb}) =>
    `${disk === undefined ? '' : `, disk ${formatBytes(disk)}`}${cmb === undefined ? '' : `, CMB ${formatBytes(cmb)}`}`,
  allDrivers: ['nvme', 'nvme-ns'],
  drivers: ({nsid}) => (nsid === undefined ? ['nvme'] : ['nvme', 'nvme-ns']),
  arguments({id, cmb, nsid}, place, files) {
    const controller = option('-device', 'nvme', {...place, serial: id, ...cmbProperty(cmb)});
    if (nsid === undefined) return controller;
    return [
      ...disk(id, files),
      ...controller,
      ...option('-device', 'nvme-ns', {id: namespaceDevice(id), bus: id, nsid, drive: `${id}.disk`}),
    ];
  },
});

/** Of a size that stock QEMU has, its own property: in MiB. */
function cmbProperty(cmb: number | undefined): Properties {
  if (cmb === undefined) return {};
  return isStockCmb(cmb) ? {cmb_size_mb: cmb / 2 ** 20} : {cmb_size: cmb};
}

/** QEMU's id of the namespace that is a drive's disk. */
export function namespaceDevice(id: string): string {
  return `${id}.ns`;
}

/** The group of one by which a drive's disk can be made slow. */
export function slowGroup(id: string): string {
  return `${id}.slow`;
}

function disk(id: string, {disks, disturbed}: DeviceFiles): readonly string[] {
  const name = {'node-name': `${id}.disk`};
  const file = {driver: 'file', filename: fileOf(disks, id, 'disk')};
  // The host reads the image through its page cache: a flush would only wait for the host's disk.
  const cache = {'cache.no-flush': 'on'};
  if (disturbed?.includes(id) !== true)
    return option('-blockdev', undefined, {driver: 'raw', ...name, ...prefixed('file', file), ...cache});
  const raw = {
    driver: 'raw',
    ...prefixed('file', {driver: 'blkdebug', ...prefixed('image', file)}),
  };
  return [
    ...option('-object', 'throttle-group', {id: slowGroup(id)}),
    ...option('-blockdev', undefined, {
      driver: 'throttle',
      ...name,
      'throttle-group': slowGroup(id),
      ...prefixed('file', raw),
      ...cache,
    }),
  ];
}
