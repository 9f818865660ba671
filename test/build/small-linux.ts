// SPDX-License-Identifier: MIT
// A kernel of a few lines that Linux' own Kbuild, Kconfig and fixdep make: small enough for a build a second.
import {execFileSync} from 'node:child_process';
import {cpSync, readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {labRoot} from '../../src/base/paths.ts';
import {mergeFragments} from '../../src/build/config.ts';
import type {Files} from './fake-linux.ts';

/** What the top Makefile of Linux does before it hands over to scripts/Makefile.build, and with what comes of it. */
const makefile = `
this-makefile := $(lastword $(MAKEFILE_LIST))
export abs_srctree := $(realpath $(dir $(this-makefile)))
ifneq ($(sub_make_done),1)
export sub_make_done := 1
objdir := $(or $(realpath $(O)),$(CURDIR))
$(or $(MAKECMDGOALS),all):
	@$(MAKE) -rR --no-print-directory -C $(objdir) -f $(abs_srctree)/Makefile $@
else
srctree := $(abs_srctree)
objtree := .
VPATH := $(srctree)
export srctree objtree VPATH
export building_out_of_srctree := 1
export ARCH SRCARCH := x86
export CC := gcc
export HOSTCC := gcc
export LD := ld
export AR := ar
export NM := nm
export OBJCOPY := objcopy
export PERL := perl
export AWK := awk
export LEX := flex
export YACC := bison
export CONFIG_SHELL := sh
export KCONFIG_CONFIG := .config
export CC_VERSION_TEXT := gcc
export quiet := quiet_
export Q := @
export KBUILD_BUILTIN := 1
export KBUILD_HOSTCFLAGS := -O1 -I$(srctree)/scripts/include
export LINUXINCLUDE := -I$(srctree)/include -I$(objtree)/include -include include/generated/autoconf.h
export KBUILD_CFLAGS := -O1 -ffreestanding -fno-pie -fno-stack-protector -fno-asynchronous-unwind-tables
export KBUILD_AFLAGS := -D__ASSEMBLY__
export NOSTDINC_FLAGS KBUILD_CPPFLAGS
include $(srctree)/scripts/Kbuild.include

scripts_basic:
	$(Q)$(MAKE) $(build)=scripts/basic
outputmakefile:
	$(Q)echo 'include $(srctree)/Makefile' > Makefile
%config: outputmakefile scripts_basic
	$(Q)$(MAKE) $(build)=scripts/kconfig $@

ifeq ($(filter %config,$(MAKECMDGOALS)),)
include include/config/auto.conf
include/config/auto.conf: .config
	$(Q)$(MAKE) -f $(srctree)/Makefile syncconfig
endif

descend: scripts_basic include/config/auto.conf
	$(Q)$(MAKE) $(build)=kernel need-builtin=1
	$(Q)$(MAKE) $(build)=drivers need-builtin=1
vmlinux: descend
	@echo '  LD      vmlinux'
	$(Q)$(LD) -e start -Ttext=0x1000 --build-id=none -o $@ --whole-archive kernel/built-in.a drivers/built-in.a
bzImage: vmlinux
	$(Q)mkdir -p arch/x86/boot && $(OBJCOPY) -O binary vmlinux arch/x86/boot/bzImage
	$(Q)$(NM) vmlinux > System.map && echo 6.12.0 > include/config/kernel.release
	$(Q)touch Module.symvers
modules:
	@:
endif
.PHONY: scripts_basic outputmakefile descend vmlinux bzImage modules
`;

/** Options of the small kernel beside those that the lab asks of every kernel. */
export const ownOptions = ['EXTRA', 'MORE'];

/** Kconfig that has every option of the lab's fragments: whatever is asked for sticks. */
function kconfig(): string {
  const fragments = ['common', 'x86_64'].map((name) => ({
    name,
    text: readFileSync(path.join(labRoot, `images/config/${name}.config`), 'utf8'),
  }));
  const options = [...mergeFragments(fragments).values()].map(({option, value}) => {
    const type = /^[ymn]$/.test(value) ? 'bool' : value.startsWith('"') ? 'string' : 'int';
    return `config ${option.replace('CONFIG_', '')}\n\t${type} "${option}"\n`;
  });
  const own = ownOptions.map((name) => `config ${name}\n\tbool "${name}"\n`);
  return `mainmenu "Small"\n${[...options, ...own].join('\n')}`;
}

/** The sources of the small kernel: a file of each kind of Kbuild's rules, and headers that are found in two places. */
export function smallLinux(): Files {
  return {
    Makefile: makefile,
    Kbuild: '',
    Kconfig: kconfig(),
    'include/linux/compiler_types.h': '',
    'include/shared.h': '#define SHARED 1\n',
    'include/only.h': '#define ONLY 1\n',
    'include/sub/deep.h': '#define DEEP 1\n',
    'kernel/Makefile':
      'obj-y := start.o util.o entry.o made.o\nobj-$(CONFIG_EXTRA) += extra.o\n' +
      '$(obj)/made.o: $(obj)/table.h\nquiet_cmd_table = GEN     $@\n' +
      '      cmd_table = sed "s/^/$(pound)define /" $< > $@\n' +
      '$(obj)/table.h: $(src)/table.txt FORCE\n\t$(call if_changed,table)\ntargets += table.h\n',
    'kernel/table.txt': 'TABLE 7\n',
    'kernel/made.c': '#include "table.h"\nint made(void) { return TABLE; }\n',
    'kernel/start.c':
      '#include <only.h>\n#include "shared.h"\nint util(void);\nint pci(void);\nvoid start(void) { util(); pci(); }\nint shared = SHARED + ONLY;\n',
    'kernel/util.c': '#include <sub/deep.h>\nint util(void) { return DEEP; }\n',
    'kernel/extra.c': 'int extra = 1;\n',
    'kernel/entry.S': '.globl entry\nentry: .long 42\n',
    'drivers/Makefile': 'obj-y := pci/ nic.o\n',
    'drivers/nic.c':
      '#if __has_include("optional.h")\n#include "optional.h"\n#else\n#define OPTIONAL 0\n#endif\nint nic = OPTIONAL;\n',
    'drivers/pci/Makefile':
      'obj-y := pci.o both.o shipped.o\nboth-y := one.o two.o\nobj-$(CONFIG_MORE) += more.o\n',
    'drivers/pci/pci.c': '#include <shared.h>\n#include "own.h"\nint pci(void) { return OWN + SHARED; }\n',
    'drivers/pci/own.h': '#define OWN 3\n',
    'drivers/pci/one.c': 'int one = 1;\n',
    'drivers/pci/two.c': '#include "two-data.c"\n',
    'drivers/pci/two-data.c': 'int two = 2;\n',
    'drivers/pci/more.c': '#ifdef CONFIG_EXTRA\nint more = 2;\n#else\nint more = 1;\n#endif\n',
    'drivers/pci/shipped.c_shipped': 'int shipped = 5;\n',
    'scripts/package/install-extmod-build': 'touch "$1/kit"\n',
  };
}

/** Adds Linux' own build machinery to a tree: as the source that `linux` is has it. */
export function addMachinery(linux: string, tree: string): void {
  const scripts = path.join(linux, 'scripts');
  for (const name of readdirSync(scripts)) {
    if (!/^(Kbuild\.include|Makefile\..*|basic|kconfig|include|.*\.sh)$/.test(name)) continue;
    cpSync(path.join(scripts, name), path.join(tree, 'scripts', name), {recursive: true});
  }
}

/** The kernel's source that the lab uses, in the cache that its user has: fetched if it is not there. */
export function linuxSource(environment: NodeJS.ProcessEnv): string {
  const program = `
    import {packageSource} from ${JSON.stringify(path.join(labRoot, 'src/build/sources/debian-package.ts'))};
    const context = {signal: new AbortController().signal, report() {}};
    console.log((await packageSource({name: 'linux-source-6.12'}, context)).folder);`;
  return execFileSync(process.execPath, ['--input-type=module', '-e', program], {
    env: environment,
    encoding: 'utf8',
  }).trim();
}
