// SPDX-License-Identifier: MIT
import * as z from 'zod';

/** What the kernel's command line may hold beside the lab's own (COMMAND_LINE_SIZE is 2048 on x86 and arm64). */
const mostCharacters = 1024;

/**
 * One argument: blanks end it, unless its value is in double quotes, as in `dyndbg="file p2pdma.c +p"`
 * (lib/cmdline.c, next_arg).
 */
const syntax = /^[^\s"=]+(=([^\s"]*|"[^"\n]*"))?$/;

/** Arguments whose effect the lab has a key for, or depends on: the model would not know of it. */
interface Owned {
  /** The parameter's name; `-` and `_` are the same in it (kernel/params.c, dash2underscore). */
  readonly name: string | RegExp;
  /** Only with one of these among the values that commas separate; with any value if not given. */
  readonly values?: RegExp;
  readonly hint: string;
}

const iommuMode = 'use "iommu-mode: strict, lazy, passthrough or off" in the topology';
const acs = 'use "acs" of the port in the topology';
const bounce = 'use "swiotlb: force" in the topology';
const cpus = 'use "cpus" in the topology';
const ownConsole = 'the lab reads the console and sets this itself';
const ownInit = 'the lab boots its own image';
const queues = 'the lab computes from the queues of NVMe controllers how much of their memory is left';

const owned: readonly Owned[] = [
  {name: 'iommu', hint: iommuMode},
  {name: /^iommu\.(passthrough|strict)$/, hint: iommuMode},
  {name: 'intel_iommu', values: /^(on|off|strict|sp_off)$/, hint: iommuMode},
  {name: 'amd_iommu', values: /^(off|fullflush|force_enable|force_isolation)$/, hint: iommuMode},
  {name: /^arm_smmu(_v3)?\.disable_bypass$/, hint: iommuMode},
  {name: 'pci', values: /^(disable_acs_redir|config_acs)(=|$)/, hint: acs},
  {name: 'pcie_acs_override', hint: acs},
  {
    name: 'pci',
    values: /^(assign_busses|hpbussize)(=|$)/,
    hint: 'the lab checks bus numbers against the topology',
  },
  {name: 'pcie_ports', hint: 'use "hotplug: true" in the topology'},
  {name: 'swiotlb', values: /^(force|noforce)$/, hint: bounce},
  {name: 'mem', hint: 'use "memory" in the topology'},
  {name: /^(maxcpus|nr_cpus|nosmp)$/, hint: cpus},
  {name: /^nvme\.(use_cmb_sqs|write_queues|poll_queues|io_queue_depth|sgl_threshold)$/, hint: queues},
  {name: /^(console|quiet|loglevel|printk\.time)$/, hint: ownConsole},
  {
    name: /^(oops|panic|panic_print|crash_kexec_post_notifiers)$/,
    hint: 'the lab tells crashes by what it sets here',
  },
  {name: /^(init|rdinit|root|rootfstype|initrd|noinitrd)$/, hint: ownInit},
  {name: /^p2plab\./, hint: "it is the lab's own"},
  {name: '', hint: 'arguments behind "--" go to init, which is the lab\'s'},
];

/** Why an argument cannot be given; undefined if it can. */
function refusal(argument: string): string | undefined {
  const [given = '', ...rest] = argument.split('=');
  const name = given === '--' ? '' : given.replaceAll('-', '_');
  const values = rest
    .join('=')
    .replaceAll('"', '')
    .split(/[,;]/)
    .map((value) => value.replaceAll('-', '_'));
  return owned.find((entry) => {
    const named = typeof entry.name === 'string' ? entry.name === name : entry.name.test(name);
    const {values: wanted} = entry;
    return named && (wanted === undefined || values.some((value) => wanted.test(value)));
  })?.hint;
}

/**
 * Kernel arguments that a scenario adds to those that the lab makes of its topology. One that changes what the
 * lab predicts or how it watches is an error, with the key that stands for it.
 */
export const kernelArguments = z
  .array(
    z
      .string()
      .regex(syntax, 'not a kernel argument: no blanks, but between double quotes: dyndbg="file p2pdma.c +p"')
      .superRefine((argument, context) => {
        const hint = refusal(argument);
        if (hint === undefined) return;
        const message = `the lab cannot predict what the kernel does with "${argument}"`;
        context.addIssue({code: 'custom', message, params: {hint}});
      }),
  )
  .refine((given) => given.join(' ').length <= mostCharacters, {
    error: `more than ${mostCharacters} characters: the kernel cuts its command line`,
  })
  .meta({title: 'kernel arguments'});
