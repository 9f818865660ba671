/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef P2PDMA_SWITCH_OPS_H
#define P2PDMA_SWITCH_OPS_H

#include <linux/dma-map-ops.h>

/* streaming.c */
dma_addr_t p2psw_map_page(struct device *dev, struct page *page,
			  unsigned long offset, size_t size,
			  enum dma_data_direction dir, unsigned long attrs);
void p2psw_unmap_page(struct device *dev, dma_addr_t addr, size_t size,
		      enum dma_data_direction dir, unsigned long attrs);
int p2psw_map_sg(struct device *dev, struct scatterlist *sgl, int nents,
		 enum dma_data_direction dir, unsigned long attrs);
void p2psw_unmap_sg(struct device *dev, struct scatterlist *sgl, int nents,
		    enum dma_data_direction dir, unsigned long attrs);
dma_addr_t p2psw_map_resource(struct device *dev, phys_addr_t phys,
			      size_t size, enum dma_data_direction dir,
			      unsigned long attrs);
void p2psw_unmap_resource(struct device *dev, dma_addr_t addr, size_t size,
			  enum dma_data_direction dir, unsigned long attrs);
void p2psw_sync_for_cpu(struct device *dev, dma_addr_t addr, size_t size,
			enum dma_data_direction dir);
void p2psw_sync_for_device(struct device *dev, dma_addr_t addr, size_t size,
			   enum dma_data_direction dir);
void p2psw_sync_sg_for_cpu(struct device *dev, struct scatterlist *sgl,
			   int nents, enum dma_data_direction dir);
void p2psw_sync_sg_for_device(struct device *dev, struct scatterlist *sgl,
			      int nents, enum dma_data_direction dir);

/* coherent.c */
void *p2psw_alloc(struct device *dev, size_t size, dma_addr_t *handle,
		  gfp_t gfp, unsigned long attrs);
void p2psw_free(struct device *dev, size_t size, void *cpu_addr,
		dma_addr_t handle, unsigned long attrs);
struct page *p2psw_alloc_pages(struct device *dev, size_t size,
			       dma_addr_t *handle,
			       enum dma_data_direction dir, gfp_t gfp);
void p2psw_free_pages(struct device *dev, size_t size, struct page *page,
		      dma_addr_t handle, enum dma_data_direction dir);
int p2psw_mmap(struct device *dev, struct vm_area_struct *vma, void *cpu_addr,
	       dma_addr_t handle, size_t size, unsigned long attrs);
int p2psw_get_sgtable(struct device *dev, struct sg_table *sgt,
		      void *cpu_addr, dma_addr_t handle, size_t size,
		      unsigned long attrs);
int p2psw_dma_supported(struct device *dev, u64 mask);
u64 p2psw_get_required_mask(struct device *dev);
size_t p2psw_max_mapping_size(struct device *dev);

#endif
