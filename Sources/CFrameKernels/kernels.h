// The kernels by processor; see `CFrameKernels.h`.

#ifndef LORIKEET_KERNELS_H
#define LORIKEET_KERNELS_H

#include "CFrameKernels.h"

extern const lk_frame_kernels lk_baseline_kernels;
#if defined(__x86_64__)
extern const lk_frame_kernels lk_avx2_kernels, lk_avx512_kernels;
#endif

#endif
