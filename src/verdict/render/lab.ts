// SPDX-License-Identifier: MIT
import {formatBytes} from '../../base/bytes.ts';
import type {FindingOf, ParametersOf} from '../finding.ts';
import type {crashFindings, errorFindings, skipFindings, unknownFindings} from '../findings/lab.ts';
import {causeText, rejectedText} from './transfers.ts';
import {after, type Sentences} from './words.ts';

export const crashSentences: Sentences<keyof typeof crashFindings> = {
  crash: ({kind, title, place, moment, observed, blockedIn, cause}) =>
    [
      `${kind}: ${title}`,
      place === undefined ? '' : ` (${place})`,
      moment === undefined ? '' : `, ${momentText(moment)}`,
      after(observed),
      blockedIn === undefined ? '' : `, blocked in ${blockedIn}()`,
      cause === undefined ? '' : `: ${causeText(cause)}`,
    ].join(''),
};

function momentText(moment: NonNullable<ParametersOf<'crash'>['moment']>): string {
  if (moment.when === 'step') return `in step ${moment.number} (${moment.title})`;
  return moment.when === 'before-steps' ? 'before the first step' : 'after the last step';
}

export const errorSentences: Sentences<keyof typeof errorFindings> = {
  'host-error': ({message, hint}) => `${message}${hint === undefined ? '' : ` (${hint})`}`,
  'internal-error': ({message, location}) =>
    `internal error in p2plab: ${message}${location === undefined ? '' : ` (${location})`}`,
  'no-host-evidence': () => 'no host-side evidence: this run proves nothing',
  'trace-incomplete': ({message}) => message,
  'trace-empty': ({op, bytes}) =>
    `QEMU's trace is empty, but the guest reported a ${op} of ${formatBytes(bytes)}; is the state directory's disk full?`,
  'log-incomplete': ({message}) => message,
  'topology-differs': ({difference}) => `the guest's PCI tree differs from the topology: ${difference}`,
  'guest-tool-failed': ({command, where, errname}) =>
    `the guest tool could not run "${command.join(' ')}": ${where}: ${errname ?? 'unknown error'}`,
  'module-failed': ({command, errname}) =>
    `the module p2plab failed "${command.join(' ')}" with ${errname ?? 'an unknown error'}`,
  'module-setup-failed': ({command, exit, output}) =>
    `cannot load the kernel's modules: "${command.join(' ')}" exited with status ${exit}${after(output)}`,
  'module-probe-failed': ({error}) => `the module p2plab could not run the probe: ${error}`,
  'module-map-failed': ({provider, error}, client) =>
    `the module p2plab could not map ${provider} for ${client}: ${error}`,
  'command-silent': ({command, exit, stderr}) =>
    `"${command.join(' ')}" exited with status ${exit} and reported no failure${after(stderr)}`,
  'post-command-failed': ({command, variant, exit, stderr}) =>
    `variant ${variant}: "${command.join(' ')}" exited with status ${exit}${after(stderr)}`,
  'edu-unbound': ({bdf, driver, dmaBits}, edu) =>
    `the driver ${driver} is not bound to ${edu} (${bdf}); see the kernel log: a ${dmaBits}-bit DMA mask requires CONFIG_ZONE_DMA or less memory`,
  'mixed-memory-unsupported': (command, drive) =>
    `${rejectedText(command, drive)}: its data is partly in the CMB of ${drive}, which QEMU's nvme device does not support (CMBLOC: CDPMLS is set, CDMMMS is clear); use separate commands`,
};

export const skipSentences: Sentences<keyof typeof skipFindings> = {
  'variant-required': ({variants}) => `requires variant ${variants.join(' or ')}`,
  'instructions-not-counted': ({variant}) => `variant ${variant} does not count instructions`,
  'architecture-differs': ({machine, architecture, kernel}) =>
    `${machine} requires ${architecture}, but kernel ${kernel} cannot be built for it`,
  'feature-missing': ({kernel}, feature) => `kernel ${kernel} does not have feature ${feature}`,
  'feature-removed': ({kernel, description}) => `not supported by kernel ${kernel}: ${description}`,
  'qemu-unsuitable': ({message}) => message,
  'qemu-device-missing': ({qemu, devices}) => `${qemu} was built without ${devices.join(', ')}`,
  'port-without-acs': (_, port) => `port ${port} has no ACS capability in this QEMU; use --qemu routed`,
  'switch-not-pluggable': (_, device) =>
    `this QEMU cannot hot-plug the switch of ${device}; use --qemu routed`,
  'nic-untraced': ({type, behindIommu, needsRouting}, nic) =>
    `QEMU does not trace DMA reads of ${article(type)}: the ledger would miss those of ${nic}${behindIommu ? ', which is behind an IOMMU' : ''}${needsRouting ? '; use --qemu routed' : ''}`,
  'no-strict-iommu': () => 'no IOMMU translates in strict mode',
  'no-iova': ({memory}, edu) => `${edu} is not given an IOVA for ${memory}`,
  'not-routed': ({provider}, client) =>
    `stock QEMU does not route below the root complex: the IOMMU faults the bus address by which ${client} reaches ${provider}`,
  'bar-beyond-mask': ({machine, provider, type}, client) =>
    `${machine} has the BAR of ${provider} above 4 GiB, and the ${type} ${client} has 32-bit addresses`,
  'conventional-bus': ({provider, bridge}, client) =>
    `QEMU does not route requests from ${client} to ${provider} on the conventional PCI bus of ${bridge}`,
  'no-struct-page': ({machine}, provider) =>
    `${machine} has the BAR of ${provider} below RAM, where arm64 has no struct page for it`,
};

export const unknownSentences: Sentences<keyof typeof unknownFindings> = {unknown: ({text}) => text};

/** A device type with its indefinite article. */
function article(type: string): string {
  return `${/^[aei]/.test(type) ? 'an' : 'a'} ${type}`;
}

/** The reason to skip without the devices that it is about, so that all steps skipped for it share one sentence. */
export function skipText(finding: FindingOf<keyof typeof skipFindings>): string | undefined {
  const {code, parameters} = finding;
  if (code === 'feature-removed') return `not supported by kernel ${parameters.kernel}`;
  if (code === 'nic-untraced') return `QEMU does not trace DMA reads of ${article(parameters.type)}`;
  if (code === 'not-routed') return 'stock QEMU does not route below the root complex';
  if (code === 'bar-beyond-mask')
    return `${parameters.machine} has the BAR of the provider above 4 GiB, and ${article(parameters.type)} has 32-bit addresses`;
  return code === 'conventional-bus'
    ? 'QEMU does not route requests between devices on one conventional PCI bus'
    : undefined;
}
