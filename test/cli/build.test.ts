// SPDX-License-Identifier: MIT
// What goes wrong while a kernel is made: the user's patches, told by file, line and cause.
import test from 'ava';
import {file, p2plab} from './p2plab.ts';

const head = `From: A Tester <tester@example.org>
Subject: [PATCH] Break the build

`;

test.serial('a series that does not apply: which patch, file and hunk', async (t) => {
  const patch = await file(
    'does-not-apply.patch',
    `${head}--- a/drivers/pci/p2pdma.c
+++ b/drivers/pci/p2pdma.c
@@ -10,3 +10,3 @@
 not there
-never was
+never will be
 at all
`,
  );
  const {exitCode, stderr} = await p2plab(['run', 'host-memory-only', '--series', patch]);
  t.is(exitCode, 2, stderr);
  t.regex(stderr, /does-not-apply\.patch does not apply to linux-source-6\.12 /);
  t.regex(stderr, /drivers\/pci\/p2pdma\.c: hunk #1/);
});

test.serial("a C error: the compiler's own line", async (t) => {
  t.timeout(1_800_000);
  const patch = await file(
    'c-error.patch',
    `${head}--- a/drivers/pci/p2pdma.c
+++ b/drivers/pci/p2pdma.c
@@ -9,5 +9,6 @@
  */
${' '}
 #define pr_fmt(fmt) "pci-p2pdma: " fmt
+static int broken = no_such_thing;
 #include <linux/ctype.h>
 #include <linux/dma-map-ops.h>
`,
  );
  const {exitCode, stderr} = await p2plab(['kernel', 'build', '--series', patch]);
  t.is(exitCode, 2, stderr);
  t.regex(stderr, /p2plab: kernel baseline\+c-error does not compile:/);
  t.regex(stderr, /^drivers\/pci\/p2pdma\.c:12:\d+: error: .no_such_thing. undeclared/m);
  t.regex(stderr, /all of the output: /);
});

test.serial('a setting that does not stick: which line, what came of it, and why', async (t) => {
  t.timeout(1_800_000);
  const patch = await file(
    'unmet.patch',
    `${head}--- a/drivers/pci/Kconfig
+++ b/drivers/pci/Kconfig
@@ -176,4 +176,5 @@
 config PCI_P2PDMA
 	bool "PCI peer-to-peer transfer support"
 	depends on ZONE_DEVICE
+	depends on HAMRADIO
 	#
`,
  );
  const {exitCode, stderr} = await p2plab(['kernel', 'build', '--series', patch]);
  t.is(exitCode, 2, stderr);
  t.regex(stderr, /the kernel does not take its configuration/);
  t.regex(stderr, /images\/config\/common\.config:\d+: CONFIG_PCI_P2PDMA=y, but the kernel has n/);
  t.regex(stderr, /it depends on .*HAMRADIO.* \(off: HAMRADIO\)/);
});
