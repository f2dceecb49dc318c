// The kernels by processor; see `CFrameKernels.h`.

#ifndef LORIKEET_KERNELS_H
#define LORIKEET_KERNELS_H

#include "CFrameKernels.h"

/// The functions of the file that includes the loops.
#define LK_KERNELS(multiplies_bytes) \
  {run_frames, relative_softmax, multiply_bytes, multiplies_bytes, attend, attention_scratch_size}

extern const lk_frame_kernels lk_baseline_kernels;
#if defined(__x86_64__)
extern const lk_frame_kernels lk_avx2_kernels, lk_avx2_vnni_kernels, lk_avx512_kernels, lk_avx512_vnni_kernels;
#endif

#endif
