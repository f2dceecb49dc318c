#include "kernels.h"

const lk_frame_kernels *lk_frame_kernels_for(lk_processor processor) {
  switch (processor) {
    case LK_PROCESSOR_BASELINE:
      return &lk_baseline_kernels;
#if defined(__x86_64__)
    case LK_PROCESSOR_AVX2:
      return __builtin_cpu_supports("x86-64-v3") ? &lk_avx2_kernels : NULL;
    case LK_PROCESSOR_AVX512:
      return __builtin_cpu_supports("x86-64-v4") ? &lk_avx512_kernels : NULL;
#endif
    default:
      return NULL;
  }
}

const lk_frame_kernels *lk_frame_kernels_for_this_processor(void) {
  for (int processor = LK_PROCESSOR_AVX512; processor > LK_PROCESSOR_BASELINE; --processor) {
    const lk_frame_kernels *kernels = lk_frame_kernels_for((lk_processor)processor);
    if (kernels) return kernels;
  }
  return &lk_baseline_kernels;
}
