// SPDX-License-Identifier: GPL-2.0-only
/*
 * p2plab: /dev/p2plab, by which the lab's guest tool reaches what user space
 * cannot: a NIC that sends from a peer's memory.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/uaccess.h>
#include <uapi/p2plab.h>

#include "transmit.h"

static long p2plab_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct p2plab_transmit request;

	if (cmd != P2PLAB_TRANSMIT)
		return -ENOTTY;
	if (copy_from_user(&request, (void __user *)arg, sizeof(request)))
		return -EFAULT;
	return p2plab_transmit(&request);
}

static const struct file_operations p2plab_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = p2plab_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice p2plab_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "p2plab",
	.fops = &p2plab_fops,
	.mode = 0600,
};

static int __init p2plab_init(void)
{
	return misc_register(&p2plab_device);
}
module_init(p2plab_init);

static void __exit p2plab_exit(void)
{
	misc_deregister(&p2plab_device);
	p2plab_transmit_drain();
}
module_exit(p2plab_exit);

MODULE_DESCRIPTION("Frames from peer-to-peer DMA memory, for the p2plab bench");
MODULE_LICENSE("GPL");
