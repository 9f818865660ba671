// SPDX-License-Identifier: MIT
import {readdir} from 'node:fs/promises';
import path from 'node:path';
import {plain} from '../spec/variant.ts';
import type {Context} from '../base/context.ts';
import {labRoot} from '../base/paths.ts';
import {DamagedEntry, repaired} from '../base/store.ts';
import {architectures, isNative} from '../build/architecture.ts';
import {ensureGuestTool} from '../build/guest-tool.ts';
import {ensureKernel, type Kernel, type KernelPlan, type KernelRecipe} from '../build/kernel.ts';
import {ensureModules, type Module} from '../build/modules.ts';
import {chooseQemu} from '../build/qemu.ts';
import {type Acceleration, probeAcceleration} from '../guest/acceleration.ts';
import {bootGuest} from '../guest/guest.ts';
import {findQemu, type QemuBinary} from '../guest/qemu-binary.ts';
import {ensureImage, type Image} from '../image/initramfs.ts';
import type {ArchitectureName} from '../spec/architecture.ts';
import {loadTopology} from '../topology/plan.ts';
import type {Topology} from '../topology/model.ts';
import {qemuArguments} from '../topology/qemu.ts';

/** A way to run any kernel, beyond what it is compiled from. */
export interface Variant {
  readonly name: string;
  /** Words for the kernel. */
  readonly commandLine: readonly string[];
  /** Commands in the guest when all steps are done, before its log is judged. */
  readonly postCommands?: readonly (readonly string[])[];
  /** How many times as long as with the plain variant a step may take. */
  readonly timeoutScale: number;
  /** Whether QEMU counts instructions, whatever the host could do. */
  readonly countInstructions: boolean;
}

/** The kernel as it is. */
export const plainVariant: Variant = Object.freeze({
  name: plain,
  commandLine: [],
  timeoutScale: 1,
  countInstructions: false,
});

/** What is not as usual about guests of a kernel. */
export interface Variation {
  readonly variant?: Variant;
  /** Folders that stand in for those of images/modules, or come besides, by a module's name. */
  readonly modules?: Readonly<Record<string, string>>;
  /** The same, but compiled while guests boot: for whoever waits for them. */
  readonly sent?: Readonly<Record<string, string>>;
}

/** All that is needed to boot guests of one kernel, built and found. */
export interface Machine {
  readonly variant: Variant;
  /** What the kernel was asked for as. */
  readonly recipe: KernelPlan;
  readonly kernel: Kernel;
  readonly image: Image;
  /** Modules that are not in the image, but compiled while guests boot, and sent to them. */
  readonly sent: Promise<readonly Module[]>;
  readonly qemu: QemuBinary;
  readonly acceleration: Acceleration;
}

/** A topology with nothing in it: what acceleration is probed with. */
const probeTopologies = {x86_64: 'empty', aarch64: 'empty-virt'} as const;

/** Builds, finds and probes what guests of this kernel need; what is there already costs next to nothing. */
export async function prepareMachine(
  plan: KernelPlan,
  givenQemu: string | undefined,
  context: Context,
  {variant = plainVariant, modules = {}, sent: late = {}}: Variation = {},
): Promise<Machine> {
  const [qemu, {kernel, image, sent}] = await Promise.all([
    chooseQemu(givenQemu, context).then((choice) => findQemu(plan.arch, choice, context)),
    buildGuest(plan, modules, late, context),
  ]);
  if (variant.countInstructions) {
    const why = `the variant ${variant.name} counts instructions`;
    return {variant, recipe: plan, kernel, image, sent, qemu, acceleration: {name: 'tcg-icount', why}};
  }
  if (!isNative(architectures[plan.arch])) {
    const why = `guests are ${plan.arch}, and this machine is not`;
    return {variant, recipe: plan, kernel, image, sent, qemu, acceleration: {name: 'tcg', why}};
  }
  const acceleration = await probeAcceleration(
    qemu,
    async (probe, probeContext) => {
      const topology = loadTopology(labRoot, probeTopologies[plan.arch], qemu);
      const machine = qemuArguments(topology, {
        qemu: qemu.version,
        files: {disks: {}, pcaps: {}, shared: {}},
      });
      const guest = await bootGuest(
        {
          qemu,
          platform: topology.platform,
          machine,
          kernel: kernel.image,
          initrd: image.file,
          commandLine: [],
          ssh: sshOf(image),
          ...probe,
        },
        probeContext,
      );
      await guest.close();
    },
    context,
  );
  return {variant, recipe: plan, kernel, image, sent, qemu, acceleration};
}

/** The machines of one kernel, one for each architecture that guests have: each is built when it is first asked for. */
export class Machines {
  readonly #made = new Map<ArchitectureName, Promise<Machine>>();
  readonly #make: (arch: ArchitectureName) => Promise<Machine>;
  readonly #architectures: readonly ArchitectureName[];

  constructor(
    kernel: KernelRecipe,
    givenQemu: string | undefined,
    context: Context,
    variation: Variation = {},
  ) {
    this.#architectures = kernel.architectures;
    this.#make = (arch) => prepareMachine({...kernel, arch}, givenQemu, context, variation);
  }

  /** The machine that boots this topology; one that cannot, where the kernel is not for its architecture. */
  for({platform}: Topology): Promise<Machine> {
    const [other = platform.architecture] = this.#architectures;
    const known = this.#architectures.includes(platform.architecture);
    const architecture = known ? platform.architecture : other;
    const made = this.#made.get(architecture) ?? this.#make(architecture);
    this.#made.set(architecture, made);
    return made;
  }
}

/** What guests boot, from the cache or made for it. A damaged module build tree is found when a module needs it: its kernel makes it. */
function buildGuest(
  plan: KernelPlan,
  changed: Readonly<Record<string, string>>,
  late: Readonly<Record<string, string>>,
  context: Context,
): Promise<Pick<Machine, 'kernel' | 'image' | 'sent'>> {
  return repaired(`kernel ${plan.name}`, context, () => makeGuest(plan, changed, late, context));
}

async function makeGuest(
  plan: KernelPlan,
  changed: Readonly<Record<string, string>>,
  late: Readonly<Record<string, string>>,
  context: Context,
): Promise<Pick<Machine, 'kernel' | 'image' | 'sent'>> {
  const folder = path.join(labRoot, 'images/modules');
  const [kernel, tool, names] = await Promise.all([
    ensureKernel(plan, context),
    ensureGuestTool(plan.arch, context),
    readdir(folder),
  ]);
  const within = [...new Set([...names, ...Object.keys(changed)])].filter((name) => !(name in late));
  const modules = await ensureModules(
    kernel,
    within.toSorted().map((name) => changed[name] ?? path.join(folder, name)),
    kernel.modules.filter((name) => !(name in late)),
    context,
  );
  const image = await ensureImage({arch: plan.arch, tool, modules}, context);
  const wanted = kernel.modules.filter((name) => name in late);
  const lateModules = (of: Kernel): Promise<readonly Module[]> =>
    ensureModules(of, Object.values(late), wanted, context);
  const sent = lateModules(kernel).catch((error: unknown) => {
    if (!(error instanceof DamagedEntry)) throw error;
    return repaired(`kernel ${plan.name}`, context, async () =>
      lateModules(await ensureKernel(plan, context)),
    );
  });
  // Whoever sends them is told of a failure.
  sent.catch(() => undefined);
  return {kernel, image, sent};
}

/** What a client needs to log in to a guest of this image. */
export function sshOf(image: Image): {readonly privateKey: string; readonly hostKey: string} {
  return {privateKey: image.sshKey, hostKey: image.hostPublicKey.split(' ')[1] ?? ''};
}
