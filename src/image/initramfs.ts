// SPDX-License-Identifier: MIT
import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import type {Context} from '../base/context.ts';
import {contentKey, sha256} from '../base/hash.ts';
import {output} from '../base/process.ts';
import {stored} from '../base/store.ts';
import type {GuestTool} from '../build/guest-tool.ts';
import type {ArchitectureName} from '../spec/architecture.ts';
import {architectures} from '../build/architecture.ts';
import {remembered, rememberedHash} from '../build/memory.ts';
import type {Module} from '../build/modules.ts';
import {cpioArchive, type Entry} from './cpio.ts';
import {ensureLabKeys} from './lab-keys.ts';
import {ensureUserland, type Userland} from './userland.ts';

/** What differs from image to image. */
export interface ImagePlan {
  readonly arch: ArchitectureName;
  readonly tool: GuestTool;
  readonly modules: readonly Module[];
}

/** An initramfs, and what a client needs to log in to the guest that boots it. */
export interface Image {
  readonly key: string;
  /** The absolute path of the archive, for `-initrd`. */
  readonly file: string;
  readonly sha256: string;
  /** The private key of the user root, in OpenSSH's format, and where it lies. */
  readonly sshKey: string;
  readonly sshKeyFile: string;
  /** What can be loaded in its guest. */
  readonly modules: readonly Module[];
  /** What the guest will show as its public key: `ssh-ed25519 AAAA…`. */
  readonly hostPublicKey: string;
}

/** Counts up when the same inputs make another image. */
const recipe = 3;

/** Of image.json what is read again. */
const recordSchema = z.object({sha256: z.string()});

/** A file of the image: where it goes, where it comes from, and a hash that says what it holds. */
interface Ingredient {
  readonly path: string;
  readonly from: string;
  readonly hash: string;
}

async function ingredient(target: string, from: string): Promise<Ingredient> {
  return {path: target.replace(/^\//, ''), from, hash: await rememberedHash(from)};
}

async function ingredients(
  {tool, modules}: ImagePlan,
  {busybox, dropbear, libraries}: Userland,
): Promise<readonly Ingredient[]> {
  return Promise.all([
    ingredient('bin/busybox', busybox),
    ingredient('sbin/dropbear', dropbear),
    // The loader and the libraries at the paths where the program looks for them.
    ...libraries.map(({path: target, from}) => ingredient(target, from)),
    ...[
      {path: 'bin/p2p', from: tool.file, hash: tool.key},
      ...modules.map(({name, file, key}) => ({path: `lib/modules/${name}.ko`, from: file, hash: key})),
    ].map((part) => Promise.resolve(part)),
  ]);
}

/** Folders above each path, outermost first. */
function foldersOf(paths: readonly string[]): readonly string[] {
  const folders = new Set<string>();
  for (const name of paths) {
    const parts = name.split('/').slice(0, -1);
    parts.forEach((_, index) => folders.add(parts.slice(0, index + 1).join('/')));
  }
  return [...folders].sort();
}

function text(name: string, content: string, mode = 0o644): Entry {
  return {kind: 'file', path: name, mode, content: new TextEncoder().encode(content)};
}

/** Folders that only a running system fills. */
const mountPoints = ['dev', 'proc', 'sys', 'tmp', 'run', 'root', 'mnt', 'var/log', 'lib/modules'];

/** What only its owner may read, or ssh will not trust it. */
const guarded: Readonly<Record<string, number>> = {root: 0o700, 'root/.ssh': 0o700, tmp: 0o1777};

async function entries(
  parts: readonly Ingredient[],
  {hostBusybox}: Userland,
  hostKey: Uint8Array,
  authorized: string,
): Promise<readonly Entry[]> {
  const applets = await remembered(hostBusybox, 'applets', (file) => output(file, ['--list']));
  const programs = await Promise.all(
    parts.map(async ({path: name, from}): Promise<Entry> => {
      const content = await readFile(from);
      return {kind: 'file', path: name, mode: 0o755, content};
    }),
  );
  const files: readonly Entry[] = [
    ...programs,
    ...applets
      .split('\n')
      .filter((name) => name !== '' && name !== 'busybox')
      .map((name): Entry => ({kind: 'link', path: `bin/${name}`, target: 'busybox'})),
    // The lab's tool is the first process too.
    {kind: 'link', path: 'init', target: 'bin/p2p'},
    {kind: 'link', path: 'bin/p2p-shell', target: 'p2p'},
    // The kernel opens it for /init before anything is mounted.
    {kind: 'character-device', path: 'dev/console', mode: 0o600, major: 5, minor: 1},
    {kind: 'character-device', path: 'dev/null', mode: 0o666, major: 1, minor: 3},
    text('etc/passwd', 'root::0:0:root:/root:/bin/p2p-shell\n'),
    text('etc/group', 'root:x:0:\n'),
    text('etc/shells', '/bin/p2p-shell\n'),
    {kind: 'file', path: 'etc/dropbear/host_key', mode: 0o600, content: hostKey},
    text('root/.ssh/authorized_keys', `${authorized}\n`, 0o600),
  ];
  const folders = foldersOf([...mountPoints.map((name) => `${name}/.`), ...files.map((file) => file.path)]);
  return [
    ...folders.map((name): Entry => ({kind: 'directory', path: name, mode: guarded[name] ?? 0o755})),
    ...files,
  ];
}

/**
 * The initramfs with these modules: busybox, dropbear and the lab's tool, uncompressed, for a
 * guest unpacks slower than a host reads.
 * @throws {HostError} when busybox or dropbear is not installed, or for another architecture not to be had
 */
export async function ensureImage(plan: ImagePlan, context: Context): Promise<Image> {
  const userland = await ensureUserland(architectures[plan.arch], context);
  const [parts, keys] = await Promise.all([ingredients(plan, userland), ensureLabKeys(context)]);
  const key = contentKey({
    recipe,
    files: parts.map(({path: name, hash}) => [name, hash]),
    host: keys.hostPublicKey,
    client: keys.clientPublicKey,
  });
  const folder = await stored('images', key, 'guest image', context, async (partial) => {
    const archive = cpioArchive(await entries(parts, userland, keys.hostKey, keys.clientPublicKey));
    // It holds the key that the guest proves itself with.
    await writeFile(path.join(partial, 'image.cpio'), archive, {mode: 0o600});
    const record = {
      key,
      sha256: sha256(archive),
      bytes: archive.length,
      files: parts.map(({path: name, hash}) => ({path: name, hash})),
    };
    await writeFile(path.join(partial, 'image.json'), `${JSON.stringify(record, null, 2)}\n`);
  });
  const record = recordSchema.parse(JSON.parse(await readFile(path.join(folder, 'image.json'), 'utf8')));
  return Object.freeze({
    key,
    file: path.join(folder, 'image.cpio'),
    sha256: record.sha256,
    modules: plan.modules,
    sshKey: keys.clientKey,
    sshKeyFile: keys.clientKeyFile,
    hostPublicKey: keys.hostPublicKey,
  });
}

/**
 * A small archive that follows the image in `-initrd`: the script that the guest runs instead of waiting to
 * be driven, so that a bundle can be repeated without the lab.
 */
export async function replayArchive(script: string, modules: readonly Module[]): Promise<Uint8Array> {
  const files = modules.map(
    async ({name, file}): Promise<Entry> => ({
      ...{kind: 'file', path: `lib/modules/${name}.ko`, mode: 0o755},
      content: await readFile(file),
    }),
  );
  return cpioArchive([
    {kind: 'directory', path: 'p2plab', mode: 0o755},
    text('p2plab/replay', script, 0o755),
    ...(await Promise.all(files)),
  ]);
}
