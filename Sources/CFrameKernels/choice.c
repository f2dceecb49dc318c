#include "kernels.h"

const lk_frame_kernels *lk_frame_kernels_for(lk_processor processor) {
  switch (processor) {
    case LK_PROCESSOR_BASELINE:
      return &lk_baseline_kernels;
#if defined(__x86_64__)
    case LK_PROCESSOR_AVX2:
      return __builtin_cpu_supports("x86-64-v3") ? &lk_avx2_kernels : NULL;
    case LK_PROCESSOR_AVX2_VNNI:
      return __builtin_cpu_supports("x86-64-v3") && __builtin_cpu_supports("avxvnni") ? &lk_avx2_vnni_kernels : NULL;
    case LK_PROCESSOR_AVX512:
      return __builtin_cpu_supports("x86-64-v4") ? &lk_avx512_kernels : NULL;
    case LK_PROCESSOR_AVX512_VNNI:
      return __builtin_cpu_supports("x86-64-v4") && __builtin_cpu_supports("avx512vnni") ? &lk_avx512_vnni_kernels
                                                                                          : NULL;
#endif
    default:
      return NULL;
  }
}

const lk_frame_kernels *lk_frame_kernels_for_this_processor(void) {
  for (int processor = LK_PROCESSOR_AVX512_VNNI; processor > LK_PROCESSOR_BASELINE; --processor) {
    const lk_frame_kernels *kernels = lk_frame_kernels_for((lk_processor)processor);
    if (kernels) return kernels;
  }
  return &lk_baseline_kernels;
}

int lk_multiplies_bytes_best(void) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("amx-int8")) return 0;
#endif
  return lk_frame_kernels_for_this_processor()->multiplies_bytes;
}
