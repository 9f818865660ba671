// SPDX-License-Identifier: MIT
import type {Problem} from '../spec/problems.ts';
import type {DeviceSpec, TopologySpec} from '../spec/topology.ts';
import type {Located} from '../spec/yaml.ts';
import type {Topology} from './model.ts';
import type {Slots} from './slots.ts';

/** The bits of a port's ACS capability and control: PCIe 6.0, 7.7.11; include/uapi/linux/pci_regs.h. */
export const acsBits = {
  sourceValidation: 0x01,
  translationBlocking: 0x02,
  requestRedirect: 0x04,
  completionRedirect: 0x08,
  upstreamForwarding: 0x10,
  egressControl: 0x20,
  directTranslated: 0x40,
} as const;

/** With one of these on, Linux takes a port to send requests between peers upstream (pci_bridge_has_acs_redir). */
const redirection = acsBits.requestRedirect | acsBits.completionRedirect | acsBits.egressControl;

/**
 * What QEMU's ports can do: hw/pci/pcie.c, pcie_acs_init. Those of switches have ACS with lab/qemu/routed only.
 */
const capability =
  acsBits.sourceValidation |
  acsBits.translationBlocking |
  acsBits.requestRedirect |
  acsBits.completionRedirect |
  acsBits.upstreamForwarding |
  acsBits.directTranslated;

/** What Linux switches on by itself where an IOMMU asks for it: drivers/pci/pci.c, pci_std_enable_acs. */
const linuxEnables =
  acsBits.sourceValidation |
  acsBits.requestRedirect |
  acsBits.completionRedirect |
  acsBits.upstreamForwarding;

/**
 * ACS control of a port once Linux has booted (drivers/pci/pci.c, pci_enable_acs). What is said of the
 * port on the command line comes last, and what it leaves open falls back to the firmware's setting, which
 * is 0 here: to what an IOMMU asked for it does not.
 * @param acs as the topology says it: `redirect`, `no-redirect`, or flags
 * @param asked whether an IOMMU asked for it
 */
export function acsControl(acs: string | undefined, asked: boolean): number {
  switch (acs) {
    case undefined:
      return asked ? linuxEnables & capability : 0;
    case 'no-redirect':
      return 0;
    case 'redirect':
      return controlOf(redirectFlags);
    default:
      return controlOf(acs);
  }
}

/** The bits of ACS control that are written, and what they are then; what is not said of stays as it is. */
export function acsBitsToSet(set: string): {readonly bits: number; readonly mask: number} {
  if (set === 'no-redirect') return {bits: 0, mask: redirection & capability};
  const flags = set === 'redirect' ? redirectFlags : set;
  return {bits: controlOf(flags), mask: controlOf(flags.replaceAll('0', '1'))};
}

/** The topology once that was written to a port, which has ACS. */
export function withAcs(topology: Topology, port: string, set: string): Topology {
  const {bits, mask} = acsBitsToSet(set);
  const nodes = topology.nodes.map((node) => {
    if (node.id !== port || node.kind === 'endpoint') return node;
    const control = ((node.acsControl ?? 0) & ~mask) | bits;
    return Object.freeze({...node, acsControl: control, acsRedirect: redirects(control)});
  });
  return Object.freeze({...topology, nodes: Object.freeze(nodes)});
}

/** Whether a port with this ACS control sends what peers ask of each other upstream. */
export function redirects(control: number): boolean {
  return (control & redirection) !== 0;
}

/** Flags as Linux takes them: from bit 6 down to bit 0. */
const redirectFlags = 'xxx11xx';

function controlOf(flags: string): number {
  return Number.parseInt(flags.replaceAll('x', '0'), 2) & capability;
}

/** A port of which a topology says how its ACS is to be. */
interface Told {
  readonly bdf: string;
  readonly acs: string;
}

/** The words by which Linux is told: drivers/pci/pci.c, __pci_config_acs. */
export function acsWords(ports: readonly Told[]): readonly string[] {
  const disabled = ports.filter(({acs}) => acs === 'no-redirect').map(({bdf}) => bdf);
  const configured = ports
    .filter(({acs}) => acs !== 'no-redirect')
    .map(({bdf, acs}) => `${acs === 'redirect' ? redirectFlags : acs}@${bdf}`);
  return [
    ...(disabled.length === 0 ? [] : [`pci=disable_acs_redir=${disabled.join(';')}`]),
    ...(configured.length === 0 ? [] : [`pci=config_acs=${configured.join(';')}`]),
  ];
}

/** The bits of ACS control that are on, as `lspci` names them; `undefined` is no such capability. */
export function describeAcs(control: number | undefined): string {
  if (control === undefined) return 'no ACS';
  const names = [
    'SrcValid',
    'TransBlk',
    'ReqRedir',
    'CmpltRedir',
    'UpstreamFwd',
    'EgressCtrl',
    'DirectTrans',
  ];
  const on = names.filter((_, bit) => (control & (1 << bit)) !== 0);
  return on.length === 0 ? 'ACS off' : `ACS ${on.join(' ')}`;
}

/** What a topology says of a port's ACS: of the root port that a device is, or of one port of a switch. */
export function acsOf(device: DeviceSpec | undefined, port = 0): string | undefined {
  if (device?.type === 'root-port') return device.acs;
  if (device?.type !== 'switch') return undefined;
  return typeof device.acs === 'object' ? device.acs[String(port)] : device.acs;
}

/** What is wrong with the devices' `acs:`. */
export function acsProblems(located: Located<TopologySpec>, slots: Slots): readonly Problem[] {
  const {devices} = located.value;
  return Object.entries(devices).flatMap(([id, device]) => {
    if (device.type !== 'root-port' && device.type !== 'switch') return [];
    const given = typeof device.acs === 'object' ? Object.entries(device.acs) : [[undefined, device.acs]];
    return given.flatMap(([port, acs = '']) => {
      const at = ['devices', id, 'acs', ...(port === undefined ? [] : [port])];
      const below = Object.keys(devices).filter((below) => devices[below]?.on === id);
      if (port !== undefined && !below.some((other) => String(slots.get(other)) === port)) {
        const text = `switch "${id}" has no port ${port}: there is nothing in it`;
        return [
          located.problem(at, text, {part: 'key', hint: 'a port is numbered as the "slot" of what is on it'}),
        ];
      }
      if (!/^[01x]/.test(acs) || acs.padStart(7, 'x')[1] !== '1') return [];
      const text = `QEMU's ports have no P2P egress control: bit 5 of "${acs}" cannot be set`;
      return [located.problem(at, text, {hint: 'write x or 0 there'})];
    });
  });
}
