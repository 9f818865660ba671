// SPDX-License-Identifier: MIT
import {Command} from '@commander-js/extra-typings';
import {exitCodeOfError} from './exit-code.ts';
import {fail} from './fail.ts';
import {watchOutput} from '../base/output.ts';

type Add = (program: Command, finish: (exitCode: number) => void) => void;

/** The commands, in the order in which help shows them. Only what is called is loaded: it takes time. */
const commands: Readonly<Record<string, () => Promise<Add>>> = {
  demo: async () => (await import('./demo.ts')).addDemo,
  run: async () => (await import('./run.ts')).addRun,
  watch: async () => (await import('./watch.ts')).addWatch,
  mutants: async () => (await import('./mutants.ts')).addMutants,
  random: async () => (await import('./random.ts')).addRandom,
  compare: async () => (await import('./compare.ts')).addCompare,
  series: async () => (await import('./series.ts')).addSeries,
  bisect: async () => (await import('./bisect.ts')).addBisect,
  designs: async () => (await import('./designs.ts')).addDesigns,
  'map-cost': async () => (await import('./map-cost.ts')).addMapCost,
  nightly: async () => (await import('./nightly.ts')).addNightly,
  results: async () => (await import('./results.ts')).addResults,
  dashboard: async () => (await import('./dashboard.ts')).addDashboard,
  worker: async () => (await import('./worker.ts')).addWorker,
  shell: async () => (await import('./shell.ts')).addShell,
  kernel: async () => (await import('./kernel.ts')).addKernel,
  qemu: async () => (await import('./qemu.ts')).addQemu,
  topology: async () => (await import('./topology.ts')).addTopology,
  schema: async () => (await import('./schema.ts')).addSchema,
  doctor: async () => (await import('./doctor.ts')).addDoctor,
  completion: async () => {
    const {addCompletion} = await import('./completion.ts');
    return (program) => {
      addCompletion(program, (words) => programFor(words, () => undefined));
    };
  },
};

/** The program with the command that the first word names, or with all of them. */
async function programFor(words: readonly string[], finish: (exitCode: number) => void): Promise<Command> {
  // Commands inherit this: it must stand before they are made.
  const program = new Command('p2plab')
    .description('A bench for PCI peer-to-peer DMA in Linux')
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({
      outputError: (text, write) => {
        write(text.replace(/^error: /, 'p2plab: '));
      },
    })
    .configureHelp({sortSubcommands: false});
  const called = Object.entries(commands).filter(([name]) => name === words[0]);
  for (const [, load] of called.length > 0 ? called : Object.entries(commands))
    (await load())(program, finish);
  return program;
}

/**
 * Parses the command line and does what it says. Returns the exit code.
 * @param bisecting whether `git bisect run` reads that
 * @throws what is no error that the lab explains
 */
export async function main(args: readonly string[], bisecting: boolean): Promise<number> {
  const outputTrouble = watchOutput();
  let exitCode = 0;
  const program = await programFor(args, (code) => {
    exitCode = code;
  });
  const failed = (error: unknown): number => {
    fail(error);
    return exitCodeOfError(error, bisecting);
  };
  try {
    await program.parseAsync([...args], {from: 'user'});
    const trouble = await outputTrouble();
    return trouble === undefined ? exitCode : failed(trouble);
  } catch (error) {
    return failed(error);
  }
}
