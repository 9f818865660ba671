// SPDX-License-Identifier: MIT
import {existsSync} from 'node:fs';
import path from 'node:path';
import {missingCommand, output} from '../base/process.ts';
import {cacheRoot} from '../base/paths.ts';
import {remembered} from './memory.ts';

/** Links named like the compilers, which look into the cache of objects before they compile. */
const ccacheLinks = '/usr/lib/ccache';

/** Variables of the user's that would change what make builds, unseen by the key of the result. */
const meddling =
  /^(MAKE|MAKEFLAGS|MAKELEVEL|GNUMAKEFLAGS|ARCH|SUBARCH|CROSS_COMPILE|LLVM|CC|HOSTCC|LD|KCONFIG_.*|KBUILD_.*|KCFLAGS|KCPPFLAGS|KAFLAGS|HOSTCFLAGS|CFLAGS|CPPFLAGS|LDFLAGS|INSTALL_.*|O|M|V|CPATH|C_INCLUDE_PATH|LIBRARY_PATH|GCC_.*|COMPILER_PATH|SOURCE_DATE_EPOCH|GIT_.*|LC_.*|LANG|LANGUAGE|TZ)$/;

/** The environment for everything that is compiled: the same on every machine, with ccache where there is one. */
export function buildEnvironment(): Record<string, string | undefined> {
  const dropped = Object.keys(process.env).filter((name) => meddling.test(name));
  const search = process.env['PATH'] ?? '/usr/bin:/bin';
  return {
    ...Object.fromEntries(dropped.map((name) => [name, undefined])),
    PATH: existsSync(ccacheLinks) ? `${ccacheLinks}:${search}` : search,
    LC_ALL: 'C',
    CCACHE_DIR: path.join(cacheRoot, 'ccache'),
    // Paths below it are hashed relative to where the compiler runs: another cache folder still hits.
    CCACHE_BASEDIR: cacheRoot,
    CCACHE_NOHASHDIR: '1',
    CCACHE_MAXSIZE: '3G',
  };
}

/** The compiler as part of a key: its path and what it says of itself. */
export async function compilerVersion(compiler = 'gcc'): Promise<string> {
  for (const folder of (process.env['PATH'] ?? '').split(':')) {
    const file = path.join(folder, compiler);
    if (folder.startsWith('/') && folder !== ccacheLinks && existsSync(file)) {
      return remembered(file, 'version', async (real) => {
        const text = await output(real, ['--version']);
        return text.split('\n')[0] ?? text;
      });
    }
  }
  throw missingCommand(compiler);
}
