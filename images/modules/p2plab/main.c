// SPDX-License-Identifier: GPL-2.0-only
/*
 * p2plab: /dev/p2plab, by which the lab's guest tool reaches what user space
 * cannot: a NIC that sends from a peer's memory, the DMA API for any device and
 * what it costs, and an edu that moves what was mapped.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/uaccess.h>
#include <uapi/p2plab.h>

#include "count.h"
#include "edu.h"
#include "probe.h"
#include "transmit.h"

static struct miscdevice p2plab_device;

static long transmit(void __user *arg)
{
	struct p2plab_transmit request;

	if (copy_from_user(&request, arg, sizeof(request)))
		return -EFAULT;
	return p2plab_transmit(&request);
}

static long probe(void __user *arg, bool move)
{
	struct p2plab_map request;
	int ret;

	if (copy_from_user(&request, arg, sizeof(request)))
		return -EFAULT;
	/* A misc device is none that does DMA: it has no mask. */
	ret = p2plab_probe(&request, move, p2plab_device.this_device);
	if (!ret && copy_to_user(arg, &request, sizeof(request)))
		return -EFAULT;
	return ret;
}

static long measure(void __user *arg)
{
	struct p2plab_distance request;
	int ret;

	if (copy_from_user(&request, arg, sizeof(request)))
		return -EFAULT;
	ret = p2plab_measure(&request);
	if (!ret && copy_to_user(arg, &request, sizeof(request)))
		return -EFAULT;
	return ret;
}

static long count(void __user *arg)
{
	struct p2plab_count request;
	int ret;

	if (copy_from_user(&request, arg, sizeof(request)))
		return -EFAULT;
	ret = p2plab_count(&request);
	if (!ret && copy_to_user(arg, &request, sizeof(request)))
		return -EFAULT;
	return ret;
}

static long p2plab_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	void __user *request = (void __user *)arg;

	switch (cmd) {
	case P2PLAB_TRANSMIT:
		return transmit(request);
	case P2PLAB_PROBE:
		return probe(request, false);
	case P2PLAB_MOVE:
		return probe(request, true);
	case P2PLAB_DISTANCE:
		return measure(request);
	case P2PLAB_COUNT:
		return count(request);
	default:
		return -ENOTTY;
	}
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
	int ret = misc_register(&p2plab_device);

	if (ret)
		return ret;
	ret = p2plab_edu_register();
	if (ret)
		misc_deregister(&p2plab_device);
	return ret;
}
module_init(p2plab_init);

static void __exit p2plab_exit(void)
{
	p2plab_edu_unregister();
	misc_deregister(&p2plab_device);
	p2plab_transmit_drain();
}
module_exit(p2plab_exit);

MODULE_DESCRIPTION("DMA to and from peers, for the p2plab bench");
MODULE_LICENSE("GPL");
